import { randomBytes } from 'node:crypto';
import agentSource from 'looplens-agent:agent';
import workerSource from 'looplens-agent:worker';
import type { AgentConfig } from '../agent/protocol.ts';
import { OWN_URL } from '../agent/protocol.ts';
import { UserError } from '../base/user-error.ts';
import type { Connection } from './connection.ts';
import { evaluateWithRequire, type EvaluateAnswer } from './evaluate.ts';

/** A 2 MiB ring: a burst of 130,000 events while the worker is not scheduled. A larger one costs cache misses. */
const RING_EVENTS = 1 << 17;

/** Object id of the agent in the process. */
export type AgentHandle = string;

/** How much the agent records; passed to it as it is. */
export type AgentSettings = Omit<
  AgentConfig,
  'workerSource' | 'socketPath' | 'token' | 'bindingName' | 'attachedLate'
>;

/** The usual amount. */
export const SETTINGS: AgentSettings = {
  ringEvents: RING_EVENTS,
  heartbeatMs: 20,
  waitSamples: 8,
  stallMs: 10,
  mode: 'flow',
  budget: 0.1,
};

export interface InjectOptions extends AgentSettings {
  /** Where the collector listens; null when the process cannot reach it. */
  socketPath: string | null;
  token: string;
  attachedLate: boolean;
}

/**
 * Puts the agent into the process, once.
 * @throws UserError `unreachable` when another recording runs there, or the process lacks what the agent needs.
 */
export async function inject(
  connection: Connection,
  options: InjectOptions,
  onBinding: (payload: string) => void,
): Promise<AgentHandle> {
  const bindingName = `__looplens_${randomBytes(6).toString('hex')}`;
  connection.on('Runtime.bindingCalled', (call: { name: string; payload: string }) => {
    if (call.name === bindingName) onBinding(call.payload);
  });
  await connection.send('Runtime.addBinding', { name: bindingName });

  const config: AgentConfig = {
    ...options,
    workerSource: `${workerSource}\n//# sourceURL=${OWN_URL}worker`,
    bindingName,
  };
  // `require` is a command-line API that exists only during this evaluation: it is passed in and used up at once.
  const expression = `(function(require){${agentSource}
return __looplens.start(require, ${JSON.stringify(config)});
})(require)`;
  const answer = await evaluateWithRequire(connection, expression, { url: `${OWN_URL}agent` });
  if (answer.exceptionDetails) {
    const { exception, text } = answer.exceptionDetails;
    throw new UserError(
      'unreachable',
      `The process does not let itself be recorded: ${(exception?.description ?? text).split('\n', 1)[0]!}.`,
      'It must be Node.js 18 or newer, and not a debugger or another runtime.',
    );
  }
  if (answer.result.objectId === undefined || answer.result.subtype === 'null') {
    throw new UserError(
      'unreachable',
      'This process is being recorded already.',
      'Stop the other recording first; one whose recorder was killed ends by itself within 15 seconds.',
    );
  }
  return answer.result.objectId;
}

/** Calls a method of the injected agent and gives its answer by value. */
export async function callAgent<T>(
  connection: Connection,
  agent: AgentHandle,
  method: 'info' | 'renew' | 'stack' | 'stop',
  timeoutMs?: number,
): Promise<T> {
  const answer = await connection.send<EvaluateAnswer>(
    'Runtime.callFunctionOn',
    {
      objectId: agent,
      functionDeclaration: `function() { return this.${method}(); }\n//# sourceURL=${OWN_URL}call\n`,
      returnByValue: true,
      awaitPromise: method === 'stop',
      silent: true,
    },
    timeoutMs,
  );
  if (answer.exceptionDetails) {
    const { exception, text } = answer.exceptionDetails;
    throw new Error(`The agent failed in ${method}: ${exception?.description ?? text}`);
  }
  return answer.result.value as T;
}
