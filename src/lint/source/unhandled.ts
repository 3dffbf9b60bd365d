import type { Reading } from './analysis.ts';
import { isFunction, staticString } from './ast.ts';
import { listeningOf } from './listeners.ts';

/**
 * True for a file whose program goes on when nobody handles a rejection: it listens to `unhandledRejection` and does not
 * end there. One that reports and ends changes nothing.
 */
export function survivesRejections({ calls, kind, source }: Reading): boolean {
  if (kind === 'test' || !source.text.includes('unhandledRejection')) return false;
  return calls.some((call) => {
    const added = call.type === 'CallExpression' ? listeningOf(call) : undefined;
    if (added?.event !== 'unhandledRejection' || staticString(call.arguments[0]) === undefined) return false;
    const { emitter, listener } = added;
    if (emitter.type !== 'Identifier' || emitter.name !== 'process') return false;
    return !isFunction(listener) || !ENDS.test(source.text.slice(...listener.body.range));
  });
}

const ENDS = /\b(?:exit|abort|kill|throw|shut\w*|terminate|die|fatal|stop|quit|exitCode)\b/i;
