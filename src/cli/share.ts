import { UserError } from '../base/user-error.ts';

/** `10%`, `0.5%`, `0.1` as a share, 0..1. */
export function parseShare(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text) ?? [];
  const share = Number(digits) / (unit === '%' ? 100 : 1);
  if (digits !== '' && share > 0 && share <= 1) return share;
  throw new UserError('usage', `"${text}" is no share.`, 'Write a percentage up to 100: 10%, 2.5%.');
}
