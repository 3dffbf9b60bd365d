import type { When } from './reach.ts';

/**
 * True for what runs for each request, connection, message or job. Not for listeners of a program's own events, of
 * which nothing says how often they come: `config.on('changed')` may come once.
 */
export function comesOften(when: When): boolean {
  if (when.kind !== 'served') return false;
  const entry = when.chain.at(-1);
  if (entry?.kind === 'http-request' || entry?.kind === 'timer') return true;
  const event = /^'(.*)' event$/.exec(entry?.label ?? '')?.[1];
  return event === undefined || OFTEN.test(event);
}

const OFTEN =
  /^(?:connection|connect|secureConnection|session|stream|client|request|upgrade|message|data|line|packet|chunk|readable|row|job|command)$/;
