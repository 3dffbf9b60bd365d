import { randomBytes } from 'node:crypto';
import debugSource from 'looplens-agent:debug';
import type { DebugMessage } from '../agent/debug-protocol.ts';
import type { Connection } from './connection.ts';
import { evaluateWithRequire, type EvaluateAnswer } from './evaluate.ts';

export type { DebugMessage, Watches } from '../agent/debug-protocol.ts';

/** Where the script of our part begins; stops in its `stopHere` are ours. */
export const SUPPORT_URL = 'looplens:debug';

/** Our part inside one thread of the process. */
export interface DebugSupportHandle {
  /** False: another debugger of ours was there before; counters and log points are then not ours. */
  readonly installed: boolean;
  /** Calls a method of it; undefined when the thread does not answer in time. */
  call<T>(
    method: 'ages' | 'watch' | 'reset' | 'stop',
    argument: unknown,
    timeoutMs: number,
  ): Promise<T | undefined>;
  /** Object ids of the functions of Node that hold the loop until they are done. */
  syncFunctions(): Promise<string[]>;
}

/**
 * Puts the debugger's part into a thread. Without Node's `require` (before a program has begun) only breakpoints are
 * served.
 * @throws Error with the thread's words when it refuses
 */
export async function installDebugSupport(
  connection: Connection,
  onMessage: (message: DebugMessage) => void,
): Promise<DebugSupportHandle> {
  const bindingName = `__looplens_${randomBytes(6).toString('hex')}`;
  connection.on('Runtime.bindingCalled', (call: { name: string; payload: string }) => {
    if (call.name === bindingName) onMessage(JSON.parse(call.payload) as DebugMessage);
  });
  await connection.send('Runtime.addBinding', { name: bindingName });
  // `require` is a command-line API that exists only during this evaluation: it is passed in and used up at once.
  const expression = `(function(require){${debugSource}
return __looplens.start(require, ${JSON.stringify(bindingName)});
})(typeof require === 'function' ? require : undefined)`;
  const answer = await evaluateWithRequire(connection, expression, { url: SUPPORT_URL });
  if (answer.exceptionDetails) {
    throw new Error(answer.exceptionDetails.exception?.description ?? answer.exceptionDetails.text);
  }
  const objectId = answer.result.objectId;
  const call = async (
    method: string,
    argument: unknown,
    byValue: boolean,
    timeoutMs: number,
  ): Promise<EvaluateAnswer> =>
    connection.send<EvaluateAnswer>(
      'Runtime.callFunctionOn',
      {
        objectId,
        functionDeclaration: `function(a) { return this.${method}(a); }\n//# sourceURL=looplens:call\n`,
        arguments: [{ value: argument }],
        returnByValue: byValue,
        silent: true,
      },
      timeoutMs,
    );
  return {
    installed: objectId !== undefined,
    call: async <T>(method: string, argument: unknown, timeoutMs: number) => {
      if (objectId === undefined) return undefined;
      const result = await call(method, argument, true, timeoutMs).catch(() => undefined);
      return result?.result.value as T | undefined;
    },
    syncFunctions: async () => {
      if (objectId === undefined) return [];
      const list = await call('syncFunctions', undefined, false, 5000);
      const { result } = await connection.send<{ result: { name: string; value?: { objectId?: string } }[] }>(
        'Runtime.getProperties',
        { objectId: list.result.objectId, ownProperties: true },
      );
      return result.flatMap(({ name, value }) =>
        /^\d+$/.test(name) && value?.objectId !== undefined ? [value.objectId] : [],
      );
    },
  };
}
