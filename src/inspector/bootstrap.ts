import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from './connection.ts';
import { IS_LOADING_NODE } from './evaluate.ts';

/**
 * True in a thread whose Node has finished its own part of starting: before that, its modules are half loaded, and asking
 * for one fails, for the program, too.
 */
export const BOOTSTRAPPED = 'globalThis.performance?.nodeTiming?.bootstrapComplete > 0';

/** Longest wait, ms, for a process that is still starting: on a busy machine that takes seconds. */
const STARTING_MS = 20_000;
/** ... and for one that cannot say: a program may have taken away what we ask for. */
const MUTE_MS = 2000;
const POLL_MS = 10;

/**
 * Waits until a process that may just have been started is ready for us. Its inspector listens long before that.
 * (Not with the command-line API: a session that asks for it too early never has `require`, on Node 18.)
 */
export async function untilBootstrapped(connection: Connection): Promise<void> {
  // Even asking for `performance` loads a module: not before this property is there.
  const expression = `typeof process !== 'object' || !('_preload_modules' in process) ? 'starting'
    : ${IS_LOADING_NODE} ? 'starting'
    : ${BOOTSTRAPPED} ? 'ready'
    : typeof globalThis.performance?.nodeTiming?.bootstrapComplete === 'number' ? 'starting' : 'mute'`;
  const begun = performance.now();
  for (;;) {
    const answer = await connection
      .send<Evaluated>('Runtime.evaluate', { expression, silent: true, returnByValue: true }, MUTE_MS)
      .catch(() => undefined);
    const state = answer?.result.value;
    if (state === 'ready') return;
    if (performance.now() - begun > (state === 'starting' ? STARTING_MS : MUTE_MS)) return;
    await sleep(POLL_MS);
  }
}

interface Evaluated {
  result: { value?: unknown };
}
