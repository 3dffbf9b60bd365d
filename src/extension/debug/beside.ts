import * as vscode from 'vscode';
import { UserError } from '../../base/user-error.ts';
import { isOwnStop, type StoppedBody } from './own-stop.ts';

/** Debuggers of Node that VS Code has; they stop at what we stop at, too, because V8 tells every debugger. */
const OTHERS = ['pwa-node', 'pwa-extensionHost'];
const OURS = 'looplens';

/** Asked of a session of VS Code's own debugger: which process it debugs, where its inspector is, which thread. */
const IDENTIFY = `JSON.stringify([process.pid, require('node:inspector').url() ?? '', require('node:worker_threads').threadId])`;

/** A program that is about to begin does not answer, ms. */
const ANSWER_MS = 3000;

interface Identity {
  /** As the program sees it: in a container another one than here. */
  pid: number;
  /** Of its inspector, as the program tells it; '' where it tells none. */
  url: string;
  /** `threadId` of a worker, 0 for the main thread. */
  workerId: number;
}

/** A program that VS Code's own debugger debugs. */
export interface BesideProgram extends Identity {
  session: vscode.DebugSession;
}

/**
 * Keeps two debuggers of one process apart: VS Code's own keeps its breakpoints, its steps and its exceptions, and shows
 * no stop that is ours. V8 tells every debugger of each stop and none of the reason, so the message is taken out on its
 * way from VS Code's debugger to the editor.
 */
export class Beside implements vscode.Disposable {
  readonly #others = new Map<vscode.DebugSession, Identity | undefined>();
  /** Of each session of ours its processes. */
  readonly #ours = new Map<vscode.DebugSession, Set<number>>();
  readonly #log: vscode.LogOutputChannel;
  readonly #disposable: vscode.Disposable;

  constructor(log: vscode.LogOutputChannel) {
    this.#log = log;
    this.#disposable = vscode.Disposable.from(
      ...OTHERS.map((type) =>
        vscode.debug.registerDebugAdapterTrackerFactory(type, {
          createDebugAdapterTracker: (session) => this.#trackOther(session),
        }),
      ),
      vscode.debug.registerDebugAdapterTrackerFactory(OURS, {
        createDebugAdapterTracker: (session) => this.#trackOurs(session),
      }),
      vscode.debug.onDidTerminateDebugSession((session) => {
        this.#others.delete(session);
        this.#ours.delete(session);
        void this.#tellOurs();
      }),
    );
  }

  /** The programs that VS Code's debugger debugs now; of one with workers, its main thread. */
  async programs(): Promise<BesideProgram[]> {
    const found = new Map<number, BesideProgram>();
    for (const session of this.#others.keys()) {
      const identity = await this.#identify(session);
      if (identity?.workerId === 0 && !found.has(identity.pid))
        found.set(identity.pid, { ...identity, session });
    }
    return [...found.values()];
  }

  /** The worker threads of a program that VS Code's debugger has sessions of. */
  async workersOf({ pid }: BesideProgram): Promise<BesideProgram[]> {
    const found: BesideProgram[] = [];
    for (const session of this.#others.keys()) {
      const identity = await this.#identify(session);
      if (identity?.pid === pid && identity.workerId > 0) found.push({ ...identity, session });
    }
    return found;
  }

  /** The program of a session of VS Code's debugger. @throws UserError when it has none */
  async target(session: vscode.DebugSession | undefined): Promise<BesideProgram> {
    // The session that was started has none of its own: its program is a session below it.
    const family = [...this.#others.keys()].filter((one) => one === session || one.parentSession === session);
    for (const one of session ? family : []) {
      const identity = await this.#identify(one);
      if (identity) return { ...identity, session: one };
    }
    throw new UserError(
      'usage',
      'There is no running Node.js program in this debug session.',
      'Start one with the JavaScript debugger, select it in the Call Stack, and try again.',
    );
  }

  /** A session by its id, as the Call Stack view names it; undefined for one that is not of VS Code's debugger. */
  session(id: string): vscode.DebugSession | undefined {
    const known = [...this.#others.keys()];
    return (
      known.find((one) => one.id === id) ?? known.find((one) => one.parentSession?.id === id)?.parentSession
    );
  }

  /** A session of ours by its id. */
  own(id: string): vscode.DebugSession | undefined {
    return [...this.#ours.keys()].find((session) => session.id === id);
  }

  /** Whether VS Code's debugger is attached to what a configuration names; true where that cannot be told. */
  async occupied({ processId, port, websocketAddress }: vscode.DebugConfiguration): Promise<boolean> {
    for (const session of this.#others.keys()) {
      const identity = await this.#identify(session);
      if (!identity) continue;
      const known = [String(identity.pid), identity.url, /:(\d+)\//.exec(identity.url)?.[1]];
      if ([processId, port, websocketAddress].some((one) => one !== undefined && known.includes(String(one))))
        return true;
    }
    return false;
  }

  dispose(): void {
    this.#disposable.dispose();
  }

  #trackOther(session: vscode.DebugSession): vscode.DebugAdapterTracker {
    this.#others.set(session, undefined);
    let asked = false;
    return {
      onWillReceiveMessage: (message: vscode.DebugProtocolMessage) => {
        const { type, command } = message as { type?: string; command?: string };
        if (type !== 'request') return;
        if (/^(pause|next|stepIn|stepOut|stepBack|restartFrame)$/.test(command ?? '')) asked = true;
        else if (command === 'continue') asked = false;
      },
      onDidSendMessage: (message: vscode.DebugProtocolMessage) => {
        const event = message as { type?: string; event?: string; body?: StoppedBody };
        if (event.type !== 'event') return;
        if (event.event === 'thread') void this.#tellOurs();
        if (event.event !== 'stopped') return;
        if (isOwnStop(event.body, asked) || !this.#shared(session)) asked = false;
        else {
          event.event = 'looplens.stopOfAnother';
          void this.#claim(session);
        }
      },
    };
  }

  #trackOurs(session: vscode.DebugSession): vscode.DebugAdapterTracker {
    return {
      onDidSendMessage: (message: vscode.DebugProtocolMessage) => {
        const { event, body } = message as {
          event?: string;
          body?: { systemProcessId?: number; what?: 'went' };
        };
        if (event !== 'process' && event !== 'looplens.process') return;
        if (body?.systemProcessId === undefined) return;
        const pids = this.#ours.get(session) ?? new Set();
        if (body.what === 'went') pids.delete(body.systemProcessId);
        else pids.add(body.systemProcessId);
        this.#ours.set(session, pids);
        void this.#tellOurs();
      },
    };
  }

  #shared(other: vscode.DebugSession): boolean {
    const pid = this.#others.get(other)?.pid;
    return pid !== undefined && [...this.#ours.values()].some((pids) => pids.has(pid));
  }

  /** A stop that is hidden in one debugger has to be seen in the other. */
  async #claim(other: vscode.DebugSession): Promise<void> {
    const identity = this.#others.get(other);
    if (!identity) return;
    const { pid: processId, workerId } = identity;
    for (const [session, pids] of this.#ours) {
      if (pids.has(processId)) await this.#ask(session, 'looplens/claim', { processId, workerId });
    }
  }

  /** Tells each of our sessions which of its processes it is not alone with. */
  async #tellOurs(): Promise<void> {
    if (this.#ours.size === 0) return;
    for (const session of this.#others.keys()) await this.#identify(session);
    const theirs = new Set([...this.#others.values()].flatMap((identity) => identity?.pid ?? []));
    for (const [session, pids] of this.#ours) {
      const processIds = [...pids].filter((pid) => theirs.has(pid));
      await this.#ask(session, 'looplens/beside', { another: processIds.length > 0, processIds });
    }
  }

  async #ask(session: vscode.DebugSession, request: string, args: object): Promise<void> {
    try {
      await session.customRequest(request, args);
    } catch (error) {
      this.#log.debug(`${request}: ${String(error)}`);
    }
  }

  async #identify(session: vscode.DebugSession): Promise<Identity | undefined> {
    const known = this.#others.get(session);
    if (known) return known;
    try {
      const args = { expression: IDENTIFY, context: 'repl' };
      const late = new Promise<undefined>((resolve) => {
        setTimeout(() => resolve(undefined), ANSWER_MS);
      });
      const answer = (await Promise.race([session.customRequest('evaluate', args), late])) as
        { result?: string } | undefined;
      const [, pid, url, workerId] =
        /\[(\d+),\s*"([^"\\]*)",\s*(\d+)/.exec(answer?.result?.replaceAll('\\"', '"') ?? '') ?? [];
      if (pid === undefined) return undefined;
      const identity = { pid: Number(pid), url: url ?? '', workerId: Number(workerId) };
      if (this.#others.has(session)) this.#others.set(session, identity);
      return identity;
    } catch {
      // The parent of sessions has no program of its own, and one that has just begun does not answer yet.
      return undefined;
    }
  }
}
