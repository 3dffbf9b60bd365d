import type { When } from './reach.ts';

/** Whether a rule speaks of all that is served, or of what surely comes often. */
export type HowOften = 'often' | 'any';

/**
 * True for what runs for each request, connection, message or job. Not for listeners of a program's own events, of
 * which nothing says how often they come: `config.on('changed')` may come once. Not for what the parent process says,
 * and not for pages that serve whoever sets the program up.
 */
export function comesOften(when: When): boolean {
  if (when.kind !== 'served') return false;
  const entry = when.chain.at(-1);
  if (SET_UP.test(entry?.file ?? '')) return false;
  if (entry?.kind === 'http-request' || entry?.kind === 'timer') return true;
  const event = /'(.*)' event$/.exec(entry?.label ?? '');
  return !event || (event.index === 0 && OFTEN.test(event[1]!));
}

const SET_UP = /(?:^|[\\/_-])(?:dev-?server|onboarding|setup|installer|wizard)[^\\/]*$/i;

const OFTEN =
  /^(?:connection|connect|secureConnection|session|stream|client|request|upgrade|message|data|line|packet|chunk|readable|row|job|command)$/;
