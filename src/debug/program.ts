import type { Runtime } from 'node:inspector';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError } from '../base/user-error.ts';
import { forgetCreations, rememberCreations } from '../inspector/creations.ts';
import { installDebugSupport } from '../inspector/debug-support.ts';
import type { DebugMessage, DebugSupportHandle } from '../inspector/debug-support.ts';
import type { Connection } from '../inspector/connection.ts';
import { connect } from '../inspector/connection.ts';
import { closeInspector } from '../inspector/leaving.ts';
import { connectOrBorrow } from '../inspector/lent-session.ts';
import { followWorkers } from '../inspector/worker-connection.ts';
import type { Breakpoints } from './breakpoints.ts';
import { pauseState, watchesOf } from './exceptions.ts';
import type { ExceptionSettings } from './exceptions.ts';
import { FatalWatch } from './fatal.ts';
import type { FunctionBreakpoints } from './function-breakpoints.ts';
import { LoopControl } from './loop-control.ts';
import type { Stop } from './loop-control.ts';
import { Loop } from './loop.ts';
import type { Skip } from './skip.ts';
import { BlockedWatch } from './watch-ages.ts';

/** One loop with everything that belongs to it. */
export interface LiveLoop {
  readonly loop: Loop;
  readonly control: LoopControl;
  readonly watch: BlockedWatch;
  readonly fatal: FatalWatch;
  support: DebugSupportHandle | undefined;
  /** Number of the stop before scripts with source maps, while it is set. */
  instrumentation: string | undefined;
}

export interface ProgramOptions {
  webSocketUrl: string;
  /** `waiting`: it stands before its first line. `gate`: it waits in our preload, and V8 does not know of it. */
  state: 'waiting' | 'gate' | 'running';
  /** Of its main thread, for people. */
  name: string;
  skip: Skip;
  smartStep: boolean;
  stopOnEntry: boolean;
  /** File that a program at our gate begins with; '' where it is not known. */
  entry: string;
  maps: 'read' | 'ignored';
  /** Whether it remembers where its async functions are called. */
  calls: 'remembered' | 'forgotten';
  /** `off`: the program runs without breakpoints. */
  debug: 'on' | 'off';
  company: Company;
}

/**
 * `shared`: another debugger is attached to the process. What V8 has only once belongs to it then: at which exceptions to
 * stop, and the stop before a script with a source map. Its stops are neither shown nor resumed.
 */
export type Company = 'alone' | 'shared';

export interface ProgramPorts {
  breakpoints: Breakpoints;
  functions: FunctionBreakpoints;
  exceptions: () => ExceptionSettings;
  threadIds: () => number;
  onThread: (loop: Loop, what: 'started' | 'exited') => void;
  /** Whether the suspended tasks are being read, which holds their loops. */
  isRead: () => boolean;
  onStopped: (live: LiveLoop, stop: Stop) => void;
  onContinued: (live: LiveLoop) => void;
  onMessage: (loop: Loop, message: DebugMessage) => void;
  onConsole: (loop: Loop, event: Runtime.ConsoleAPICalledEventDataType) => void;
  onScript: (loop: Loop, source: DebugProtocol.LoadedSourceEvent['body']['reason'], scriptId: string) => void;
}

/** Takes out what `debuggee.ts` puts before the program; `process` is not there before the first line. */
const BEGUN = `(() => {
  process.execArgv = process.execArgv.filter((arg) => !/^--inspect-(brk=127\\.0\\.0\\.1:\\d+|publish-uid=stderr,http)$/.test(arg));
  return process.pid;
})()
//# sourceURL=looplens:begin`;

/** A process under the debugger: its loops, while the connection lasts. */
export class Program {
  readonly #connection: Connection;
  readonly #options: ProgramOptions;
  readonly #ports: ProgramPorts;
  readonly #loops = new Map<number, LiveLoop>();
  /** Resolves when the process is about to end, or the connection has broken. */
  readonly ended: Promise<void>;
  #markEnded: () => void = () => undefined;
  #company: Company;
  #pid: number | undefined;

  /** @throws UserError `unreachable` when nobody answers there */
  static async open(options: ProgramOptions, ports: ProgramPorts): Promise<Program> {
    const program = new Program(await connectTo(options), options, ports);
    try {
      await program.#begin();
    } catch (error) {
      program.#connection.dispose();
      throw error;
    }
    return program;
  }

  private constructor(connection: Connection, options: ProgramOptions, ports: ProgramPorts) {
    this.#connection = connection;
    this.#options = options;
    this.#ports = ports;
    this.#company = options.company;
    this.ended = new Promise((resolve) => {
      this.#markEnded = resolve;
      connection.on('NodeRuntime.waitingForDisconnect', () => resolve());
      void connection.closed.then(resolve);
    });
  }

  get webSocketUrl(): string {
    return this.#options.webSocketUrl;
  }

  /** Process id; undefined where it did not tell. */
  get pid(): number | undefined {
    return this.#pid;
  }

  get loops(): LiveLoop[] {
    return [...this.#loops.values()];
  }

  loop(threadId: number): LiveLoop | undefined {
    return this.#loops.get(threadId);
  }

  /** Lets a program that waits for us begin. */
  async run(): Promise<void> {
    if (this.#options.state === 'waiting') await this.#connection.send('Runtime.runIfWaitingForDebugger');
    else if (this.#options.stopOnEntry && this.#options.state === 'running') {
      await this.loops[0]?.control.pause('entry');
    }
  }

  /** Hands changed exception settings to all loops. */
  async applyExceptions(): Promise<void> {
    for (const live of this.#loops.values()) await this.#applyExceptions(live);
  }

  /** Another debugger has come or gone. */
  async setCompany(company: Company): Promise<void> {
    if (company === this.#company) return;
    this.#company = company;
    for (const live of this.#loops.values()) {
      await this.#applyInstrumentation(live);
      await this.#applyExceptions(live);
      // The other one would step into what remembers.
      if (company === 'shared') await forgetCreations(live.loop.connection);
    }
  }

  /** Shows the stops that the other debugger does not show, in all threads or in one: 0 is the main one. */
  async claim(workerId: number | undefined): Promise<void> {
    const id = workerId === 0 ? 'main' : workerId?.toString();
    for (const { loop, control } of this.#loops.values()) {
      if (id === undefined || loop.id === id) await control.claim();
    }
  }

  /** Leaves the process: everything of ours is taken out, and it goes on. */
  async leave(): Promise<void> {
    for (const live of this.#loops.values()) {
      live.watch.dispose();
      await live.support?.call('stop', undefined, 2000);
      const { connection } = live.loop;
      if (this.#options.calls === 'remembered') await forgetCreations(connection);
      // A stop that only we show would be without end; one at a breakpoint is the other debugger's, too.
      const { stop } = live.control;
      if (this.#company === 'shared' && stop && stop.reason !== 'breakpoint') {
        await connection.send('Debugger.resume', {}, 2000).catch(() => undefined);
      }
      await connection.send('Debugger.disable', {}, 2000).catch(() => undefined);
    }
    this.close();
  }

  /** Ends the connection. */
  close(): void {
    this.#connection.dispose();
    this.#markEnded();
    for (const { loop } of this.#loops.values()) this.#remove(loop);
  }

  /** Closes an inspector that we opened, a moment after our own connection to it is gone. */
  async closeInspector(): Promise<void> {
    await closeInspector(this.#connection).catch(() => undefined);
  }

  async #begin(): Promise<void> {
    const connection = this.#connection;
    // Otherwise a process that ends waits for us, with a line on the user's terminal. Node 18 lacks both.
    await connection.send('NodeRuntime.enable').catch(() => undefined);
    await connection
      .send('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true })
      .catch(() => undefined);
    const { name, state, debug } = this.#options;
    if (state !== 'waiting') await this.#begun();
    if (debug === 'off') {
      if (state === 'waiting') await this.#beginFreely();
      return;
    }
    await this.#add(connection, { id: 'main', name }, state === 'waiting' ? 'waiting' : 'running');
    await followWorkers(connection, 'stopped', (worker) => {
      this.#add(worker.connection, worker, worker.waiting ? 'waiting' : 'running')
        // Our first stop of a worker is before its first line, as that of the program is.
        .then((live) => (worker.waiting ? live.loop.connection.send('Debugger.pause') : undefined))
        .catch(() => undefined)
        .then(() => worker.connection.send('Runtime.runIfWaitingForDebugger'))
        .catch(() => undefined);
    }).catch(() => undefined);
  }

  /** The process has what its program will see: notes its id, and takes our options out of what its forks would inherit. */
  async #begun(): Promise<void> {
    const answer = await this.#connection
      .send<{
        result: { value?: unknown };
      }>('Runtime.evaluate', { expression: BEGUN, returnByValue: true, silent: true })
      .catch(() => undefined);
    const pid = answer?.result.value;
    this.#pid ??= typeof pid === 'number' ? pid : undefined;
  }

  /** Without debugging, only the first stop is ours. */
  async #beginFreely(): Promise<void> {
    const connection = this.#connection;
    connection.on('Debugger.paused', () => {
      void this.#begun().then(() => connection.send('Debugger.disable').catch(() => undefined));
    });
    await connection.send('Debugger.enable');
  }

  async #add(
    connection: Connection,
    { id, name }: { id: string; name: string },
    state: 'waiting' | 'running',
  ): Promise<LiveLoop> {
    const { options, ports } = { options: this.#options, ports: this.#ports };
    const loop = new Loop({
      threadId: ports.threadIds(),
      id,
      name,
      process: options.webSocketUrl,
      connection,
      maps: options.maps,
    });
    const watch = new BlockedWatch(loop, () => live.support, ports.isRead);
    const fatal = new FatalWatch(loop);
    const control = new LoopControl(loop, state, {
      ...ports,
      watch,
      fatal,
      muted: options.skip.muted,
      company: () => this.#company,
      smartStep: options.smartStep,
      stopOnEntry: options.stopOnEntry && id === 'main' && state === 'waiting',
      onBegin: async () => {
        if (id === 'main') await this.#begun();
        await this.#installSupport(live);
      },
      onStopped: (stop) => ports.onStopped(live, stop),
      onContinued: () => ports.onContinued(live),
    });
    const live: LiveLoop = { loop, control, watch, fatal, support: undefined, instrumentation: undefined };
    this.#loops.set(loop.threadId, live);
    void connection.closed.then(() => this.#remove(loop));
    loop.onScript.event((script) => ports.onScript(loop, 'new', script.id));
    loop.onConsole.event((event) => ports.onConsole(loop, event));

    await connection.send('Runtime.enable');
    await connection.send('Debugger.enable', { maxScriptsCacheSize: 10_000_000 });
    await connection
      .send('Debugger.setBlackboxPatterns', { patterns: options.skip.patterns })
      .catch(() => undefined);
    await this.#applyInstrumentation(live);
    if (state === 'running') {
      await loop.scripts.settled();
      await this.#installSupport(live);
    }
    await ports.breakpoints.addLoop(loop);
    await ports.functions.addLoop(loop);
    await this.#applyExceptions(live);
    // At our gate there is no first line to stop at: what runs next is whatever starts the program.
    if (options.state === 'gate' && options.stopOnEntry && id === 'main') await control.stopIn(options.entry);
    ports.onThread(loop, 'started');
    return live;
  }

  async #installSupport(live: LiveLoop): Promise<void> {
    live.support = await installDebugSupport(live.loop.connection, (message) => {
      this.#ports.onMessage(live.loop, message);
    }).catch(() => undefined);
    await this.#applyExceptions(live);
    if (this.#options.calls === 'remembered' && this.#company === 'alone') {
      await rememberCreations(live.loop.connection);
    }
  }

  async #applyInstrumentation(live: LiveLoop): Promise<void> {
    const { connection } = live.loop;
    const wanted = this.#options.maps === 'read' && this.#company === 'alone';
    const breakpointId = live.instrumentation;
    if (wanted === (breakpointId !== undefined)) return;
    live.instrumentation = undefined;
    if (breakpointId !== undefined) {
      await connection.send('Debugger.removeBreakpoint', { breakpointId }).catch(() => undefined);
      return;
    }
    const answer = await connection
      .send<{ breakpointId: string }>('Debugger.setInstrumentationBreakpoint', {
        instrumentation: 'beforeScriptWithSourceMapExecution',
      })
      .catch(() => undefined);
    live.instrumentation = answer?.breakpointId;
  }

  async #applyExceptions(live: LiveLoop): Promise<void> {
    const settings = this.#ports.exceptions();
    if (this.#company === 'alone') {
      await live.loop.connection.send('Debugger.setPauseOnExceptions', { state: pauseState(settings) });
    }
    const fatal = this.#company === 'alone' && settings.uncaught !== undefined && live.support;
    await live.fatal.set(fatal ? 'on' : 'off');
    await live.support?.call('watch', watchesOf(settings), 5000);
    live.watch.set(settings.limits);
    const sync = settings.syncInRequest ? ((await live.support?.syncFunctions()) ?? []) : [];
    await this.#ports.functions.watchSync(live.loop, sync);
  }

  #remove(loop: Loop): void {
    const live = this.#loops.get(loop.threadId);
    if (!live) return;
    live.watch.dispose();
    this.#loops.delete(loop.threadId);
    this.#ports.breakpoints.removeLoop(loop);
    this.#ports.functions.removeLoop(loop);
    this.#ports.onThread(loop, 'exited');
  }
}

async function connectTo({ webSocketUrl, state }: ProgramOptions): Promise<Connection> {
  if (state !== 'running') return connect(webSocketUrl);
  const { connection, session } = await connectOrBorrow(webSocketUrl);
  if (session === 'own') return connection;
  connection.dispose();
  throw new UserError(
    'unreachable',
    "This address is a debugger's, and two debuggers cannot share one session.",
    "Give the address of the program's own inspector.",
  );
}
