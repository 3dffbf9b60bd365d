import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import agentSource from 'looplens-agent:agent';
import workerSource from 'looplens-agent:worker';
import type { AgentConfig, AgentMessage } from '../../src/agent/protocol.ts';
import { OWN_URL } from '../../src/agent/protocol.ts';
import { openCollector } from '../../src/inspector/collector.ts';
import { EVENT_WORDS } from '../../src/model/event.ts';
import { nodeBinary } from '../setup/nodes.mjs';

/** Events kept; a starving loop makes millions. */
const MAX_EVENTS = 500_000;
/** Whatever a program does, it ends then, ms. */
const DEADLINE_MS = 60_000;

/** An event as the agent's ring held it. */
export interface AgentEvent {
  op: number;
  extra: number;
  id: number;
  a: number;
  b: number;
}

/** What an agent said of a program that it was in from the start. */
export interface AgentRun {
  code: number | null;
  stdout: string;
  stderr: string;
  events: AgentEvent[];
  messages: AgentMessage[];
  /** 1-based line of the only place where `text` stands in the program. */
  lineOf: (text: string) => number;
}

export interface AgentRunOptions {
  config?: Partial<AgentConfig>;
  nodeArgs?: string[];
  /** Ends the program when this has been seen; otherwise it ends by itself. */
  until?: (messages: AgentMessage[]) => boolean;
  /** `bare`: without the agent, to compare. */
  agent?: 'in' | 'bare';
}

/**
 * Runs a program (CommonJS text) with the agent in it, without an inspector: from its first line on, as with a program
 * that LoopLens starts. It finds the agent as `agent`.
 */
export async function runWithAgent(
  major: number,
  program: string,
  { config = {}, nodeArgs = [], until, agent = 'in' }: AgentRunOptions = {},
): Promise<AgentRun> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-agent-'));
  const collector = await openCollector();
  const events: AgentEvent[] = [];
  const messages: AgentMessage[] = [];
  const settings: AgentConfig = {
    workerSource: `${workerSource}\n//# sourceURL=${OWN_URL}worker`,
    socketPath: collector.socketPath,
    token: collector.token,
    bindingName: '__looplens_test',
    attachedLate: true,
    ringEvents: 1 << 17,
    heartbeatMs: 20,
    waitSamples: 8,
    stallMs: 10,
    mode: 'flow',
    budget: null,
    ...config,
  };
  const main = path.join(folder, 'program.cjs');
  const host = path.join(folder, 'host.cjs');
  fs.writeFileSync(main, program);
  fs.writeFileSync(host, hostText(settings));
  const child = spawn(nodeBinary(major), [...nodeArgs, ...(agent === 'in' ? ['-r', host] : []), main], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const deadline = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  try {
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (data: Buffer) => (output.stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output.stderr += data.toString()));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    collector.onEvents((words) => {
      if (events.length < MAX_EVENTS) decode(words, events);
    });
    collector.onMessages((list) => {
      messages.push(...list);
      if (until?.(messages)) child.kill('SIGKILL');
    });
    const code = await ended;
    if (agent === 'in' && settings.socketPath !== null) await collector.finished;
    const lines = program.split('\n');
    const lineOf = (text: string): number => {
      const found = lines.flatMap((line, k) => (line.includes(text) ? [k + 1] : []));
      if (found.length !== 1) throw new Error(`"${text}" stands ${found.length} times in the program`);
      return found[0]!;
    };
    return { code, ...output, events, messages, lineOf };
  } finally {
    clearTimeout(deadline);
    child.kill('SIGKILL');
    await collector.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** The messages of one kind. */
export function messagesOf<Kind extends AgentMessage['t']>(
  { messages }: Pick<AgentRun, 'messages'>,
  kind: Kind,
): Extract<AgentMessage, { t: Kind }>[] {
  return messages.filter((message): message is Extract<AgentMessage, { t: Kind }> => message.t === kind);
}

function decode(words: Int32Array, list: AgentEvent[]): void {
  for (let at = 0; at < words.length; at += EVENT_WORDS) {
    const word = words[at]!;
    list.push({
      op: word & 0xff,
      extra: word >>> 8,
      id: words[at + 1]!,
      a: words[at + 2]!,
      b: words[at + 3]!,
    });
  }
}

function hostText(settings: AgentConfig): string {
  return `globalThis.${settings.bindingName} = (text) => process.stderr.write(text);
const start = (require, config) => { ${agentSource}
return __looplens.start(require, config); };
globalThis.agent = start(require, ${JSON.stringify(settings)});
globalThis.agent.info();
//# sourceURL=${OWN_URL}agent
`;
}
