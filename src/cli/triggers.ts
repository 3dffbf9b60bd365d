import { UserError } from '../base/user-error.ts';
import type { Trigger } from '../recorder/triggers.ts';
import { parseDuration } from './duration.ts';

/** `delay>200ms,rejection`: what ends a flight recording. A shell takes `>` for itself, so `:` and `=` do as well. */
export function parseTriggers(text: string): Trigger[] {
  return text.split(',').map((part) => parseTrigger(part.trim()));
}

function parseTrigger(text: string): Trigger {
  if (text === 'rejection') return { kind: 'rejection' };
  const [, time] = /^delay\s*[>:=]\s*(.+)$/.exec(text) ?? [];
  if (time !== undefined) return { kind: 'delay', overMs: parseDuration(time) };
  throw text === 'delay'
    ? new UserError(
        'usage',
        '"delay" needs a time.',
        'Write delay:200ms, or put it in quotes: a shell takes ">" for itself.',
      )
    : new UserError('usage', `"${text}" is nothing to wait for.`, 'Write delay:200ms, rejection, or both.');
}
