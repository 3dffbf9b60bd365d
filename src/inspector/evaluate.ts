import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from './connection.ts';

/** Answer of an evaluation, as the inspector gives it. */
export interface EvaluateAnswer {
  result: { objectId?: string; subtype?: string; value?: unknown };
  exceptionDetails?: { exception?: { description?: string }; text: string };
}

/**
 * True while the thread is loading a part of Node itself. The inspector interrupts a thread anywhere, there too, and then what
 * we ask Node for may need the half-loaded part: that fails, for the program as well. No code of a program's runs below.
 */
export const IS_LOADING_NODE = `((E, O) => {
  const keys = ['stackTraceLimit', 'prepareStackTrace'];
  const own = keys.map((key) => O.getOwnPropertyDescriptor(E, key));
  const set = (key, value) => O.defineProperty(E, key, { value, configurable: true, enumerable: true, writable: true });
  try {
    set(keys[0], 200);
    set(keys[1], (error, sites) => sites.some((site) => String(site.getFileName()).startsWith('node:internal/bootstrap/')));
    return new E().stack === true;
  } catch {
    return false;
  } finally {
    keys.forEach((key, k) => { try { own[k] ? O.defineProperty(E, key, own[k]) : delete E[key]; } catch {} });
  }
})(Error, Object)`;

/** Longest wait, ms, for Node to have loaded what it is loading: longer only where a debugger has stopped it there. */
const LOADING_MS = 10_000;
const POLL_MS = 5;
const BUSY = 'looplens:loading-node';

export interface EvaluateOptions {
  /** The script's name in stacks. */
  url: string;
  /** Of the objects in the answer. */
  objectGroup?: string;
  /** For each try, ms. */
  timeoutMs?: number | undefined;
}

/**
 * Evaluates an expression that uses Node's `require`, which exists only while it is evaluated: not before Node has loaded what
 * it is just loading.
 * @throws Error when the thread does not answer
 */
export async function evaluateWithRequire(
  connection: Connection,
  expression: string,
  { url, objectGroup, timeoutMs }: EvaluateOptions,
): Promise<EvaluateAnswer> {
  const guarded = `${IS_LOADING_NODE} ? '${BUSY}' : (${expression})`;
  for (const end = performance.now() + LOADING_MS; ;) {
    const answer = await connection.send<EvaluateAnswer>(
      'Runtime.evaluate',
      {
        expression: `${performance.now() < end ? guarded : expression}\n//# sourceURL=${url}`,
        includeCommandLineAPI: true,
        silent: true,
        ...(objectGroup !== undefined && { objectGroup }),
      },
      timeoutMs,
    );
    if (answer.result.value !== BUSY) return answer;
    await sleep(POLL_MS);
  }
}
