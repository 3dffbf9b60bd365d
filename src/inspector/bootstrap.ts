import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from './connection.ts';

/**
 * True in a thread whose Node has finished its own part of starting: before that, its modules are half loaded, and asking
 * for one fails, for the program, too.
 */
export const BOOTSTRAPPED = 'globalThis.performance?.nodeTiming?.bootstrapComplete > 0';

/** Longest wait, ms: a program may have taken away what we ask for. */
const READY_MS = 2000;
const POLL_MS = 10;

/**
 * Waits until a process that may just have been started is ready for us. Its inspector listens long before that.
 * (Not with the command-line API: a session that asks for it too early never has `require`, on Node 18.)
 */
export async function untilBootstrapped(connection: Connection): Promise<void> {
  // Even asking for `performance` loads a module: not before this property is there.
  const expression = `typeof process === 'object' && '_preload_modules' in process && ${BOOTSTRAPPED}`;
  for (const end = performance.now() + READY_MS; performance.now() < end;) {
    const answer = await connection
      .send<Evaluated>('Runtime.evaluate', { expression, silent: true, returnByValue: true }, READY_MS)
      .catch(() => undefined);
    if (answer?.result.value === true) return;
    await sleep(POLL_MS);
  }
}

interface Evaluated {
  result: { value?: unknown };
}
