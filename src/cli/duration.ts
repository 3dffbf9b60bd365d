import { UserError } from '../base/user-error.ts';

/** `500ms`, `10s`, `1.5m` in ms. */
export function parseDuration(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  const ms = Number(digits) * (UNITS[unit] ?? Number.NaN);
  if (ms >= 1 && ms <= MAX_MS) return ms;
  throw new UserError(
    'usage',
    `"${text}" is no duration.`,
    'Write a number with ms, s or m, up to 24 hours: 500ms, 10s, 1.5m.',
  );
}

const UNITS: Partial<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };
const MAX_MS = 24 * 60 * 60_000;
