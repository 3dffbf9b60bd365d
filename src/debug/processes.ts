import type { DebugProtocol } from '@vscode/debugprotocol';
import path from 'node:path';
import { UserError } from '../base/user-error.ts';
import type { DebuggeeChild } from '../inspector/debuggee.ts';
import type { Configuration } from './configuration.ts';
import type { BesideArguments, ClaimArguments } from './custom-requests.ts';
import { Program } from './program.ts';
import type { Company, LiveLoop, ProgramPorts } from './program.ts';
import type { Skip } from './skip.ts';
import { findProgram, startProgram } from './start.ts';
import type { Started, StartPorts } from './start.ts';

/** More processes below a program than this run without the debugger. */
const MAX_CHILDREN = 32;

export interface ProcessesPorts {
  start: Omit<StartPorts, 'preload'>;
  program: ProgramPorts;
  send: (event: string, body?: object) => void;
  /** A process can be looked into from now on, or no longer. */
  onProcess: (program: Program, what: 'came' | 'went') => void;
}

/** The processes of a session: the one that was started or attached to, and the Node processes below it. */
export class Processes {
  readonly #ports: ProcessesPorts;
  readonly #preload: string;
  readonly #children = new Set<Program>();
  #root: Program | undefined;
  #started: Started | undefined;
  #config: Configuration | undefined;
  #skip: Skip = { patterns: [], muted: () => false };
  /** Which processes another debugger has. */
  #others: readonly number[] | 'all' = [];
  #ending: Promise<void> | undefined;

  /** @param preload absolute path of what runs first in the processes below a program */
  constructor(preload: string, ports: ProcessesPorts) {
    this.#preload = preload;
    this.#ports = ports;
  }

  /** All loops, those of the first process before the others. */
  get loops(): LiveLoop[] {
    return this.#all().flatMap(({ loops }) => loops);
  }

  loop(threadId: number): LiveLoop | undefined {
    return this.loops.find(({ loop }) => loop.threadId === threadId);
  }

  /** Whether another debugger has the process that was started or attached to. */
  get company(): Company {
    return this.#companyOf(this.#root?.pid ?? this.#started?.pid);
  }

  /** @throws UserError `usage`, `unreachable` */
  async open(config: Configuration, skip: Skip): Promise<void> {
    if (this.#root)
      throw new UserError('usage', 'This session has a program already.', 'Start another session.');
    this.#config = config;
    this.#skip = skip;
    if (config.besideDebugger) this.#others = 'all';
    const { send } = this.#ports;
    const started =
      config.request === 'launch'
        ? await startProgram(config, { ...this.#ports.start, preload: this.#preload })
        : await findProgram(config);
    this.#started = started;
    let root: Program;
    try {
      root = await this.#connect(started, started.state, 'main');
    } catch (error) {
      await started.end?.(undefined);
      throw error;
    }
    this.#root = root;
    this.#ports.onProcess(root, 'came');
    void this.#whenEnded(root, started);
    started.onChild((child) => void this.#follow(child).catch(() => child.letGo()));
    const pid = started.pid ?? root.pid;
    const launched = config.request === 'launch' ? (config.program ?? config.runtimeExecutable) : undefined;
    send('process', {
      name: launched ?? `process ${pid ?? ''}`.trim(),
      ...(pid === undefined ? {} : { systemProcessId: pid }),
      isLocalProcess: true,
      startMethod: config.request,
    });
  }

  /** Lets a program that waits for us begin. */
  async run(): Promise<void> {
    const root = this.#root;
    if (!root) throw new UserError('usage', 'No program is being debugged.', 'Launch or attach first.');
    await root.run();
    await this.#started?.letGo?.();
  }

  async applyExceptions(): Promise<void> {
    for (const program of this.#all()) await program.applyExceptions();
  }

  async setCompany({ another, processIds }: BesideArguments): Promise<void> {
    this.#others = !another ? [] : Array.isArray(processIds) ? processIds : 'all';
    for (const program of this.#all()) await program.setCompany(this.#companyOf(program.pid));
  }

  /** Shows the stops that the other debugger does not show, in one thread of one process or in all. */
  async claim({ processId, workerId }: ClaimArguments): Promise<void> {
    for (const program of this.#all()) {
      if (processId === undefined || program.pid === processId) await program.claim(workerId);
    }
  }

  /** @param pid undefined where the process has not told it yet */
  #companyOf(pid: number | undefined): Company {
    const others = this.#others;
    if (others === 'all' || (pid === undefined && others.length > 0)) return 'shared';
    return pid !== undefined && others.includes(pid) ? 'shared' : 'alone';
  }

  /** Starts or attaches anew, as the first time. */
  async restart(): Promise<void> {
    const config = this.#config;
    if (!config) throw new UserError('usage', 'Nothing was started yet.', 'Launch or attach first.');
    const started = this.#started;
    const programs = this.#forget();
    if (started?.end) {
      const pid = programs[0]?.pid;
      for (const program of programs) program.close();
      await started.end(pid);
    } else for (const program of programs) await program.leave();
    await this.open(config, this.#skip);
    await this.run();
  }

  /** Ends a program that we started. @throws UserError for one that was there before */
  async terminate(): Promise<void> {
    if (!this.#started) throw new UserError('usage', 'Nothing was started yet.', 'Launch first.');
    const { end } = this.#started;
    if (!end)
      throw new UserError('usage', 'A program that was attached to is not ended.', 'Disconnect instead.');
    this.#ending ??= end(this.#root?.pid);
    // A stopped program does not hear the signal: let it go.
    for (const program of this.#all()) program.close();
    await this.#ending;
    this.#ending = undefined;
  }

  /** Leaves: a program that we started ends, unless it shall stay; one that was there goes on. */
  async disconnect({ terminateDebuggee }: DebugProtocol.DisconnectArguments): Promise<void> {
    const started = this.#started;
    const programs = this.#forget();
    const end = terminateDebuggee ?? started?.end !== undefined;
    if (end && started?.end) {
      const pid = programs[0]?.pid;
      for (const program of programs) program.close();
      await started.end(pid);
      return;
    }
    if (started?.activated === true) await programs[0]?.closeInspector();
    for (const program of programs) await program.leave();
    await started?.leave?.();
    if (end && started)
      throw new UserError(
        'usage',
        'A program that was attached to is not ended.',
        'End it where it was started.',
      );
  }

  #all(): Program[] {
    return [...(this.#root ? [this.#root] : []), ...this.#children];
  }

  /** From here on nothing of the processes is told any more. */
  #forget(): Program[] {
    const programs = this.#all();
    this.#root = undefined;
    this.#children.clear();
    for (const program of programs) this.#ports.onProcess(program, 'went');
    return programs;
  }

  #connect(
    { webSocketUrl, pid, entry }: Pick<Started, 'webSocketUrl' | 'pid' | 'entry'>,
    state: Started['state'],
    name: string,
  ): Promise<Program> {
    const config = this.#config!;
    const preload = exactly(this.#preload);
    const isPreload = new RegExp(preload);
    return Program.open(
      {
        webSocketUrl,
        state,
        name,
        skip: {
          patterns: [...this.#skip.patterns, preload],
          muted: (source) => this.#skip.muted(source) || isPreload.test(source.replaceAll('\\', '/')),
        },
        smartStep: config.smartStep,
        stopOnEntry: config.stopOnEntry && name === 'main',
        entry,
        maps: config.sourceMaps ? 'read' : 'ignored',
        calls: config.rememberCalls ? 'remembered' : 'forgotten',
        debug: config.request === 'launch' && config.noDebug ? 'off' : 'on',
        company: this.#companyOf(pid),
      },
      this.#ports.program,
    );
  }

  async #follow(child: DebuggeeChild): Promise<void> {
    const root = this.#root;
    if (!root || this.#children.size >= MAX_CHILDREN) {
      await child.letGo();
      return;
    }
    const name = `${path.basename(child.script) || 'node'} (process ${child.pid})`;
    const program = await this.#connect(child, 'gate', name);
    if (this.#root !== root) {
      program.close();
      return;
    }
    this.#children.add(program);
    this.#ports.onProcess(program, 'came');
    const tell = (what: 'came' | 'went'): void =>
      this.#ports.send('looplens.process', { systemProcessId: child.pid, what });
    tell('came');
    void program.ended.then(() => {
      program.close();
      tell('went');
      if (this.#children.delete(program)) this.#ports.onProcess(program, 'went');
    });
    await child.letGo();
  }

  async #whenEnded(root: Program, started: Started): Promise<void> {
    await root.ended;
    root.close();
    if (root !== this.#root) return;
    for (const program of this.#forget()) program.close();
    const exitCode = await started.exited;
    if (exitCode !== undefined) this.#ports.send('exited', { exitCode });
    this.#ports.send('terminated');
  }
}

/** A pattern for one file, as path and as URL. */
function exactly(file: string): string {
  return `${file.replaceAll('\\', '/').replace(/[.*+?^${}()|[\]]/g, '\\$&')}$`;
}
