import fs from 'node:fs';
import path from 'node:path';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { nodeBinary } from '../setup/nodes.mjs';

const FOLDER = path.resolve('test/fixtures/debug');

/** Absolute path of a program of `test/fixtures/debug`. */
export const fixture = (name: string): string => path.join(FOLDER, name);

/** 1-based line of the only place where `text` stands in a program. */
export function lineOf(name: string, text: string): number {
  const lines = fs.readFileSync(fixture(name), 'utf8').split('\n');
  const found = lines.flatMap((line, k) => (line.includes(text) ? [k + 1] : []));
  if (found.length !== 1) throw new Error(`"${text}" stands ${found.length} times in ${name}`);
  return found[0]!;
}

/** No test waits longer for a stop, ms: it would end without a word about what happened. */
const STOP_MS = 40_000;

/** A DAP client at the other end of the adapter's stdio, with what tests ask again and again. */
export class Session {
  readonly client = new DebugClient(process.execPath, path.resolve('dist/debug/adapter.cjs'), 'looplens');
  readonly output: DebugProtocol.OutputEvent['body'][] = [];
  readonly events: DebugProtocol.Event[] = [];
  capabilities: DebugProtocol.Capabilities = {};
  #closed = false;
  #stops: DebugProtocol.StoppedEvent['body'][] = [];
  #waiting: ((stop: DebugProtocol.StoppedEvent['body']) => void)[] = [];

  static async open(): Promise<Session> {
    const session = new Session();
    session.client.defaultTimeout = 20_000;
    await session.client.start();
    session.client.on('output', (event: DebugProtocol.OutputEvent) => session.output.push(event.body));
    for (const name of ['thread', 'exited', 'breakpoint', 'continued']) {
      session.client.on(name, (event: DebugProtocol.Event) => session.events.push(event));
    }
    session.client.on('stopped', (event: DebugProtocol.StoppedEvent) => {
      const next = session.#waiting.shift();
      if (next) next(event.body);
      else session.#stops.push(event.body);
    });
    session.capabilities = (await session.client.initializeRequest()).body ?? {};
    return session;
  }

  /** Launches on a major of Node; `configure` runs before the program does. */
  async launch(
    major: number,
    program: string,
    configure: (session: Session) => Promise<unknown> = () => Promise.resolve(),
    more: object = {},
  ): Promise<void> {
    const args = { program, runtimeExecutable: nodeBinary(major), ...more };
    await Promise.all([
      this.client.waitForEvent('initialized'),
      this.client.launchRequest(args as DebugProtocol.LaunchRequestArguments),
    ]);
    await configure(this);
    await this.client.configurationDoneRequest();
  }

  async breakpoints(
    file: string,
    ...breakpoints: DebugProtocol.SourceBreakpoint[]
  ): Promise<DebugProtocol.Breakpoint[]> {
    const { body } = await this.client.setBreakpointsRequest({ source: { path: file }, breakpoints });
    return body.breakpoints;
  }

  async exceptions(...filterOptions: DebugProtocol.ExceptionFilterOptions[]): Promise<void> {
    await this.client.setExceptionBreakpointsRequest({ filters: [], filterOptions });
  }

  /** The next stop, or one that came already. A test that waits in vain says what the program did instead. */
  stop(): Promise<DebugProtocol.StoppedEvent['body']> {
    const held = this.#stops.shift();
    if (held) return Promise.resolve(held);
    return new Promise((resolve, reject) => {
      const inVain = setTimeout(() => {
        const said = this.output.map(({ output }) => output).join('');
        reject(new Error(`No stop came. ${JSON.stringify(this.events)}\n${said}`));
      }, STOP_MS);
      this.#waiting.push((stop) => {
        clearTimeout(inVain);
        resolve(stop);
      });
    });
  }

  /** Resolves when the program has printed a text. */
  async until(text: string): Promise<void> {
    const said = (): boolean => this.output.some(({ output }) => output.includes(text));
    while (!said()) await this.client.waitForEvent('output');
  }

  async frames(threadId = 1): Promise<DebugProtocol.StackFrame[]> {
    return (await this.client.stackTraceRequest({ threadId })).body.stackFrames;
  }

  /** `name:line` of each frame of the user, labels in brackets. */
  async shape(threadId = 1): Promise<string[]> {
    return (await this.frames(threadId)).flatMap(({ name, line, presentationHint }) => {
      if (presentationHint === 'label') return [`[${name}]`];
      return presentationHint === 'subtle' ? [] : [`${name}:${line}`];
    });
  }

  /** Variables of the first scope of a frame, as `name: value`. */
  async locals(frameId: number): Promise<Record<string, DebugProtocol.Variable>> {
    const { scopes } = (await this.client.scopesRequest({ frameId })).body;
    return scopes[0] ? this.children(scopes[0].variablesReference) : {};
  }

  async children(
    variablesReference: number,
    more: Partial<DebugProtocol.VariablesArguments> = {},
  ): Promise<Record<string, DebugProtocol.Variable>> {
    const { variables } = (await this.client.variablesRequest({ variablesReference, ...more })).body;
    return Object.fromEntries(variables.map((variable) => [variable.name, variable]));
  }

  async evaluate(expression: string, frameId?: number, context = 'watch'): Promise<string> {
    const args = { expression, context, ...(frameId === undefined ? {} : { frameId }) };
    return (await this.client.evaluateRequest(args)).body.result;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // It ends itself when the client has left.
    await this.client.disconnectRequest({}).catch(() => undefined);
  }
}
