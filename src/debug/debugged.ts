import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { describeError, UserError } from '../base/user-error.ts';
import { Breakpoints, toDap } from './breakpoints.ts';
import type { BreakpointSource } from './breakpoints.ts';
import { CAPABILITIES } from './capabilities.ts';
import { complete } from './completions.ts';
import { readAttach, readLaunch } from './configuration.ts';
import type { Configuration } from './configuration.ts';
import { consoleOutput, supportOutput } from './console-output.ts';
import { evaluate } from './evaluate.ts';
import type {
  BesideArguments,
  ClaimArguments,
  CreationArguments,
  SelectTaskArguments,
  TasksArguments,
} from './custom-requests.ts';
import { readExceptionFilters } from './exceptions.ts';
import type { ExceptionSettings } from './exceptions.ts';
import { FunctionBreakpoints } from './function-breakpoints.ts';
import { Inspection } from './inspection.ts';
import type { Stop } from './loop-control.ts';
import { Processes } from './processes.ts';
import type { ProcessesPorts } from './processes.ts';
import type { LiveLoop } from './program.ts';
import { compileSkip } from './skip.ts';
import type { Conventions } from './sources.ts';
import { taskCreation } from './task-frames.ts';

/** The client's side of the protocol. */
export interface ClientPort {
  send(event: string, body?: object): void;
  runInTerminal(args: DebugProtocol.RunInTerminalRequestArguments): Promise<number | undefined>;
}

/** Leaving waits so long for a snapshot that is being taken, ms. */
const SNAPSHOT_MS = 60_000;

/** What is being debugged, from the first request to the last: the answers to all of them. */
export class Debuggee {
  readonly #client: ClientPort;
  readonly #conventions: Conventions = { lineBase: 1, columnBase: 1 };
  readonly #breakpoints: Breakpoints;
  readonly #functions: FunctionBreakpoints;
  readonly #inspection: Inspection;
  readonly #processes: Processes;
  #exceptions: ExceptionSettings = readExceptionFilters({ filters: [] }, 'alone').settings;
  #config: Configuration | undefined;
  #nextThread = 1;
  /** What follows an answer, by the request. */
  readonly #after = new Map<string, () => Promise<void>>();

  /** @param preload absolute path of what runs first in the processes below a program */
  constructor(client: ClientPort, preload: string) {
    this.#client = client;
    let nextBreakpoint = 1;
    const ids = (): number => nextBreakpoint++;
    this.#breakpoints = new Breakpoints(ids, (breakpoint) => {
      client.send('breakpoint', { reason: 'changed', breakpoint: toDap(breakpoint, this.#conventions) });
    });
    this.#functions = new FunctionBreakpoints(ids, (breakpoint) => {
      client.send('breakpoint', { reason: 'changed', breakpoint });
    });
    this.#inspection = new Inspection({
      conventions: this.#conventions,
      client,
      live: (id) => this.#live(id),
      loops: () => this.#processes.loops,
    });
    this.#processes = new Processes(preload, this.#processPorts());
  }

  /** Every request that is understood. */
  handlers(): Readonly<Record<string, (args: never) => unknown>> {
    return {
      initialize: (args: DebugProtocol.InitializeRequestArguments) => this.#initialize(args),
      launch: (args: Record<string, unknown>) => this.#start(readLaunch(args)),
      attach: (args: Record<string, unknown>) => this.#start(readAttach(args)),
      configurationDone: () => this.#processes.run(),
      setBreakpoints: (args: DebugProtocol.SetBreakpointsArguments) => this.#setBreakpoints(args),
      setFunctionBreakpoints: async ({ breakpoints }: DebugProtocol.SetFunctionBreakpointsArguments) => ({
        breakpoints: await this.#functions.set(breakpoints),
      }),
      setExceptionBreakpoints: (args: DebugProtocol.SetExceptionBreakpointsArguments) =>
        this.#setExceptions(args),
      threads: () => this.#inspection.threads(),
      stackTrace: (args: DebugProtocol.StackTraceArguments) => this.#inspection.stackTrace(args),
      scopes: (args: DebugProtocol.ScopesArguments) => this.#inspection.scopes(args),
      variables: (args: DebugProtocol.VariablesArguments) => this.#inspection.variables(args),
      setVariable: (args: DebugProtocol.SetVariableArguments) => this.#inspection.setVariable(args),
      evaluate: async (args: DebugProtocol.EvaluateArguments) => this.#evaluate(args),
      completions: async ({ frameId, text, column }: DebugProtocol.CompletionsArguments) => ({
        targets: await complete(
          await this.#inspection.place(frameId),
          text.slice(0, column - this.#conventions.columnBase),
        ),
      }),
      source: (args: DebugProtocol.SourceArguments) => this.#inspection.source(args),
      loadedSources: () => this.#inspection.loadedSources(),
      breakpointLocations: (args: DebugProtocol.BreakpointLocationsArguments) =>
        this.#inspection.breakpointLocations(args),
      exceptionInfo: ({ threadId }: DebugProtocol.ExceptionInfoArguments) =>
        this.#live(threadId).control.exceptionInfo(),
      continue: ({ threadId }: DebugProtocol.ContinueArguments) =>
        this.#go(threadId, (live) => live.control.continue()),
      next: ({ threadId }: DebugProtocol.NextArguments) =>
        this.#go(threadId, (live) => live.control.step('stepOver')),
      stepIn: ({ threadId }: DebugProtocol.StepInArguments) =>
        this.#go(threadId, (live) => live.control.step('stepInto')),
      stepOut: ({ threadId }: DebugProtocol.StepOutArguments) =>
        this.#go(threadId, (live) => live.control.step('stepOut')),
      pause: ({ threadId }: DebugProtocol.PauseArguments) => this.#pause(threadId),
      'looplens/tasks': (args: TasksArguments) => this.#inspection.readTasks(args),
      'looplens/beside': (args: BesideArguments) => this.#processes.setCompany(args),
      'looplens/claim': (args: ClaimArguments) => this.#processes.claim(args),
      'looplens/selectTask': (args: SelectTaskArguments) => this.#inspection.selectTask(args),
      'looplens/creation': (args: CreationArguments) =>
        taskCreation(this.#inspection.tasks, args, this.#conventions),
      restartFrame: (args: DebugProtocol.RestartFrameArguments) => this.#inspection.restartFrame(args),
      restart: () => this.#processes.restart(),
      terminate: () => this.#processes.terminate(),
      disconnect: (args: DebugProtocol.DisconnectArguments) => this.disconnect(args),
    };
  }

  /** Does what may only follow an answer: the events of `initialized` and of what began to run. */
  async afterAnswer(command: string): Promise<void> {
    const next = this.#after.get(command);
    this.#after.delete(command);
    await next?.();
  }

  /** Leaves: a program that we started ends, unless it shall stay; one that was there goes on. */
  async disconnect(args: DebugProtocol.DisconnectArguments): Promise<void> {
    // A process that a snapshot holds does not hear that we leave it.
    if (this.#config?.request === 'attach') {
      await Promise.race([this.#inspection.tasks.settled(), wait(SNAPSHOT_MS, undefined, { ref: false })]);
    }
    await this.#processes.disconnect(args);
  }

  #initialize(args: DebugProtocol.InitializeRequestArguments): DebugProtocol.Capabilities {
    if (args.pathFormat !== undefined && args.pathFormat !== 'path') {
      throw new UserError('usage', `Paths as "${args.pathFormat}" are not supported.`, 'Use "path".');
    }
    this.#conventions.lineBase = args.linesStartAt1 === false ? 0 : 1;
    this.#conventions.columnBase = args.columnsStartAt1 === false ? 0 : 1;
    return CAPABILITIES;
  }

  async #start(config: Configuration): Promise<void> {
    this.#config = config;
    const skip = compileSkip(config.skipFiles);
    this.#inspection.muted = skip.muted;
    await this.#processes.open(config, skip);
    this.#after.set(config.request, () => {
      this.#client.send('initialized');
      return Promise.resolve();
    });
  }

  #processPorts(): ProcessesPorts {
    const client = this.#client;
    return {
      start: {
        onOutput: (output, category) => client.send('output', { category, output }),
        runInTerminal: ({ kind, ...rest }) => client.runInTerminal({ kind, ...rest }),
      },
      program: {
        breakpoints: this.#breakpoints,
        functions: this.#functions,
        exceptions: () => this.#exceptions,
        threadIds: () => this.#nextThread++,
        onThread: (loop, reason) => {
          if (reason === 'exited') this.#inspection.forget(loop);
          client.send('thread', { reason, threadId: loop.threadId });
        },
        isRead: () => this.#inspection.tasks.reading,
        onStopped: (live, stop) => this.#stopped(live, stop),
        onContinued: (live) => {
          this.#inspection.forget(live.loop);
          client.send('continued', { threadId: live.loop.threadId, allThreadsContinued: false });
        },
        onMessage: (_loop, message) =>
          client.send('output', supportOutput(message, this.#breakpoints, this.#conventions)),
        onConsole: (loop, event) => {
          // What a program that we started prints comes through its pipes or in its terminal.
          if (this.#config?.request === 'attach') {
            client.send('output', consoleOutput(loop, event, this.#inspection));
          }
        },
        onScript: (loop, reason, scriptId) => this.#inspection.announce(loop, reason, scriptId),
      },
      send: (event, body) => client.send(event, body),
      onProcess: (program, what) => this.#inspection.tasks.connectTo(program.webSocketUrl, what),
    };
  }

  #stopped({ loop }: LiveLoop, stop: Stop): void {
    const { exception: _, origin: __, ...body } = stop;
    this.#client.send('stopped', { ...body, threadId: loop.threadId, allThreadsStopped: false });
    const showTasks = this.#config?.showTasks ?? 'onDemand';
    if (showTasks === 'always' || (showTasks === 'onPause' && stop.reason === 'pause')) {
      this.#inspection.tasks.readAtStop(loop).catch((error: unknown) => {
        this.#client.send('output', { category: 'console', output: `${describeError(error)}\n` });
      });
    }
  }

  #go(threadId: number, run: (live: LiveLoop) => Promise<void>): { allThreadsContinued: boolean } {
    const live = this.#live(threadId);
    this.#inspection.forget(live.loop);
    void run(live).catch(() => undefined);
    return { allThreadsContinued: false };
  }

  async #setBreakpoints(
    args: DebugProtocol.SetBreakpointsArguments,
  ): Promise<DebugProtocol.SetBreakpointsResponse['body']> {
    const { lineBase, columnBase } = this.#conventions;
    const source = this.#breakpointSource(args.source);
    const wanted = (args.breakpoints ?? []).map(({ line, column, condition, hitCondition, logMessage }) => ({
      line: line - lineBase,
      column: column === undefined ? 0 : column - columnBase,
      condition,
      hitCondition,
      logMessage,
    }));
    const known = await this.#breakpoints.set(source, wanted);
    return { breakpoints: known.map((breakpoint) => toDap(breakpoint, this.#conventions)) };
  }

  #breakpointSource(source: DebugProtocol.Source): BreakpointSource {
    const script = source.sourceReference ? this.#inspection.scriptOf(source.sourceReference) : undefined;
    if (script) return { kind: 'script', ...script };
    if (source.path === undefined)
      throw new UserError('usage', 'The breakpoints have no file.', 'Set them in a file of the program.');
    return { kind: 'file', file: path.normalize(source.path) };
  }

  async #setExceptions(
    args: DebugProtocol.SetExceptionBreakpointsArguments,
  ): Promise<DebugProtocol.SetExceptionBreakpointsResponse['body']> {
    const { settings, answers } = readExceptionFilters(args, this.#processes.company);
    this.#exceptions = settings;
    await this.#processes.applyExceptions();
    return { breakpoints: answers };
  }

  async #evaluate(args: DebugProtocol.EvaluateArguments): Promise<DebugProtocol.EvaluateResponse['body']> {
    const place = await this.#inspection.place(args.frameId);
    const { value, ...rest } = this.#inspection.show(place.loop, await evaluate(place, args), args.context);
    return { result: value, ...rest };
  }

  /** Of a suspended task: it stands still already, so where it stands is read anew. */
  async #pause(threadId: number): Promise<void> {
    if (this.#inspection.tasks.get(threadId)) await this.#inspection.tasks.read('full');
    else {
      const live = this.#live(threadId);
      while (this.#inspection.tasks.reading) await this.#inspection.tasks.settled();
      await live.control.pause();
    }
  }

  #live(threadId: number): LiveLoop {
    if (this.#inspection.tasks.get(threadId)) {
      throw new UserError(
        'usage',
        'A suspended task cannot be stepped or continued.',
        'It goes on when what it waits for happens; set a breakpoint behind its await.',
      );
    }
    const live = this.#processes.loop(threadId);
    if (!live) throw new UserError('usage', `There is no thread ${threadId}.`, 'Its worker may have ended.');
    return live;
  }
}
