import creationsSource from 'looplens-agent:creations';
import { CREATIONS_KEY } from '../agent/debug-protocol.ts';
import type { Connection } from './connection.ts';
import { evaluateWithRequire } from './evaluate.ts';

/** Own script, apart from what the debugger stops in: stepping into an async function has to pass it by. */
const CREATIONS_URL = 'looplens:creations';

/** Has a thread remember where async functions are called from now on; harmless where that cannot be. */
export async function rememberCreations(connection: Connection): Promise<void> {
  // `require` is there only during this evaluation.
  const expression = `(function(require){${creationsSource}
__looplens.start(require);
})(require)`;
  await evaluateWithRequire(connection, expression, { url: CREATIONS_URL }).catch(() => undefined);
}

/** Ends it; what was remembered is forgotten. */
export async function forgetCreations(connection: Connection): Promise<void> {
  const expression = `globalThis[Symbol.for(${JSON.stringify(CREATIONS_KEY)})]?.stop()\n//# sourceURL=${CREATIONS_URL}`;
  await connection.send('Runtime.evaluate', { expression, silent: true }, 2000).catch(() => undefined);
}
