import { count } from '../base/figures.ts';
import { describeError, UserError } from '../base/user-error.ts';
import { connect } from '../inspector/connection.ts';
import type { Connection } from '../inspector/connection.ts';
import { openHeap } from '../inspector/heap.ts';
import type { HeapPort } from '../inspector/heap-port.ts';
import { listWorkersOf } from '../inspector/worker-connection.ts';
import { createSourceLocator } from '../inspector/source-locator.ts';
import type { Task, TaskDump, TaskFrame } from '../model/task.ts';
import { fullTasks, quickTasks } from '../tasks/dump.ts';
import type { ClientPort } from './debugged.ts';
import type { Loop } from './loop.ts';
import type { LiveLoop } from './program.ts';
import type { Script } from './scripts.ts';

/** A group of tasks with the same stack, as a thread of the client. */
export interface TaskThread {
  readonly threadId: number;
  readonly name: string;
  readonly loop: Loop;
  readonly task: Task;
  /** Which of the group's tasks is looked into. */
  instance: number;
}

/** The tasks of one process. */
export interface ProcessDump {
  /** Its address. */
  process: string;
  dump: TaskDump;
}

interface OpenHeap {
  port: HeapPort;
  connection: Connection;
}

/** Threads of loops are numbered from 1; those of tasks from here on. */
const FIRST_THREAD = 100_000;
/** More groups than this would make the list of threads useless; they are counted in the console. */
const MAX_THREADS = 200;
/** A snapshot of a larger heap is only taken when it is asked for, bytes. */
const SMALL_HEAP = 100e6;

/** At a stop all lines are looked up one by one, ms. */
const LOOK_UP_MS = 5000;

const NAMES: Readonly<Record<Exclude<TaskFrame['kind'], 'await'>, string>> = {
  all: 'Promise.all',
  'all-settled': 'Promise.allSettled',
  any: 'Promise.any',
};

/**
 * The suspended tasks of a program as threads: read when somebody asks, and forgotten when their loop goes on after a
 * stop. Reading uses a connection of its own, so that it disturbs no session.
 */
export class TaskThreads {
  readonly #client: ClientPort;
  readonly #loops: () => LiveLoop[];
  readonly #threads = new Map<number, TaskThread>();
  readonly #locator = createSourceLocator({
    loadedMap: (url) => Promise.resolve(this.#loaded(url)?.script.reference),
    loadedText: async (url) => {
      const { loop, script } = this.#loaded(url) ?? {};
      const scriptId = script?.id;
      const answer = await loop?.connection.send<{ scriptSource: string }>('Debugger.getScriptSource', {
        scriptId,
      });
      return answer?.scriptSource;
    },
  });
  /** The processes, by their addresses; connected to when they are first read. */
  readonly #heaps = new Map<string, Promise<OpenHeap> | undefined>();
  #next = FIRST_THREAD;
  #reading: { depth: 'quick' | 'full'; dumps: Promise<ProcessDump[]> } | undefined;

  constructor(client: ClientPort, loops: () => LiveLoop[]) {
    this.#client = client;
    this.#loops = loops;
  }

  /** A process has come, whose tasks are to be read, too; or it has gone. */
  connectTo(url: string, what: 'came' | 'went'): void {
    const open = this.#heaps.get(url);
    void open?.then(({ connection }) => connection.dispose()).catch(() => undefined);
    if (what === 'came') {
      this.#heaps.set(url, undefined);
      return;
    }
    this.#heaps.delete(url);
    for (const thread of this.all().filter(({ loop }) => loop.process === url)) this.#remove(thread);
  }

  all(): TaskThread[] {
    return [...this.#threads.values()];
  }

  get(threadId: number): TaskThread | undefined {
    return this.#threads.get(threadId);
  }

  /**
   * Reads the tasks of all processes and makes their groups the threads that the client sees. Who asks while others wait
   * for the same gets the same answer.
   * @throws UserError when none can be read
   */
  async read(depth: 'quick' | 'full'): Promise<ProcessDump[]> {
    // A quick answer is none for who wants variables.
    if (this.#reading?.depth === 'quick' && depth === 'full') {
      await this.#reading.dumps.catch(() => undefined);
    }
    this.#reading ??= {
      depth,
      dumps: this.#readAll(depth).finally(() => (this.#reading = undefined)),
    };
    return this.#reading.dumps;
  }

  /** Whether tasks are being read: nothing may stop their loops then. */
  get reading(): boolean {
    return this.#reading !== undefined;
  }

  /** Resolves when nothing is being read. */
  async settled(): Promise<void> {
    while (this.#reading) await this.#reading.dumps.catch(() => undefined);
  }

  /** Reads by itself at a stop, where the settings say so and the heap is small. */
  async readAtStop(loop: Loop): Promise<void> {
    const { usedSize } = await loop.connection.send<{ usedSize: number }>('Runtime.getHeapUsage');
    if (usedSize > SMALL_HEAP) {
      const output = `The heap holds ${Math.round(usedSize / 1e6)} MB: pause a task, or ask for "looplens/tasks", to read the suspended tasks.\n`;
      this.#client.send('output', { category: 'console', output });
      return;
    }
    await this.read('full');
  }

  /** The loop goes on: where its tasks stand is not known any more. */
  forget(loop: Loop): void {
    for (const thread of this.all().filter((entry) => entry.loop === loop)) this.#remove(thread);
  }

  async #readAll(depth: 'quick' | 'full'): Promise<ProcessDump[]> {
    const urls = [...this.#heaps.keys()];
    if (urls.length === 0)
      throw new UserError('usage', 'No program is being debugged.', 'Launch or attach first.');
    const dumps: ProcessDump[] = [];
    let failure: unknown;
    for (const process of urls) {
      try {
        dumps.push({ process, dump: await this.#readOne(process, depth) });
      } catch (error) {
        failure ??= error;
      }
    }
    if (dumps.length === 0) {
      throw new UserError('unreachable', `The tasks could not be read: ${describeError(failure)}`, '');
    }
    this.#replace(dumps);
    return dumps;
  }

  async #readOne(process: string, depth: 'quick' | 'full'): Promise<TaskDump> {
    for (const { loop, control } of this.#loops()) {
      if (loop.process !== process) continue;
      if (!control.begun && loop.id === 'main') throw notBegun();
      await control.settled();
    }
    const { port } = await this.#open(process);
    // A quick look is told by microtasks, which do not run while a loop is stopped.
    const isStopped = (thread?: string): boolean =>
      this.#loops().some(
        ({ loop }) => loop.process === process && loop.pause && (thread === undefined || loop.id === thread),
      );
    const locator = this.#locator;
    const { value, problems } = await (depth === 'full' || isStopped()
      ? fullTasks(port, { locator, isStopped, lookUpMs: LOOK_UP_MS })
      : quickTasks(port, { locator }).catch((error: unknown) => {
          // It has stopped meanwhile, at a breakpoint say.
          if (!isStopped()) throw error;
          return fullTasks(port, { locator, isStopped, lookUpMs: LOOK_UP_MS });
        }));
    for (const { message } of problems)
      this.#client.send('output', { category: 'console', output: `${message}\n` });
    return { ...value, tasks: value.tasks.map((task) => (isStopped(task.thread) ? undecided(task) : task)) };
  }

  #replace(dumps: readonly ProcessDump[]): void {
    for (const thread of this.all()) this.#remove(thread);
    const tasks = dumps.flatMap(({ process, dump }) => dump.tasks.map((task) => ({ process, task })));
    for (const { process, task } of tasks.slice(0, MAX_THREADS)) {
      const live = this.#loops().find(({ loop }) => loop.process === process && loop.id === task.thread);
      if (!live) continue;
      const thread = { threadId: this.#next++, name: taskName(task), loop: live.loop, task, instance: 0 };
      this.#threads.set(thread.threadId, thread);
      const { threadId } = thread;
      this.#client.send('thread', { reason: 'started', threadId });
      // Suspended is stopped, in the client's terms: it asks for the frames of stopped threads only.
      const description = 'Suspended';
      const preserveFocusHint = true;
      this.#client.send('stopped', {
        reason: 'suspended',
        description,
        threadId,
        preserveFocusHint,
        allThreadsStopped: false,
      });
    }
    if (tasks.length > MAX_THREADS) {
      const output = `${count(tasks.length - MAX_THREADS)} more groups of tasks are not shown as threads.\n`;
      this.#client.send('output', { category: 'console', output });
    }
  }

  #remove({ threadId }: TaskThread): void {
    this.#threads.delete(threadId);
    this.#client.send('thread', { reason: 'exited', threadId });
  }

  /** A script as V8 runs it, in one of the loops. */
  #loaded(url: string): { loop: Loop; script: Script } | undefined {
    for (const { loop } of this.#loops()) {
      const script = loop.scripts.all().find((one) => one.url === url || one.file === url);
      if (script) return { loop, script };
    }
    return undefined;
  }

  #open(url: string): Promise<OpenHeap> {
    const known = this.#heaps.get(url);
    if (known) return known;
    const opening = connect(url).then(async (connection) => ({
      connection,
      port: await openHeap(connection, listWorkersOf(connection)),
    }));
    this.#heaps.set(url, opening);
    opening.catch(() => {
      if (this.#heaps.get(url) === opening) this.#heaps.set(url, undefined);
    });
    return opening;
  }
}

const notBegun = (): UserError =>
  new UserError('unreachable', 'The program has not begun.', 'Let it go on first.');

/**
 * Whose promise has settled already goes on with the next microtask, and nothing holds it any more. While its loop is
 * stopped it looks like one that can never go on.
 */
function undecided(task: Task): Task {
  if (task.waitingFor?.kind !== 'unreachable') return task;
  return {
    ...task,
    waitingFor: { kind: 'unknown', detail: 'its turn, or what can never come (unknown while stopped)' },
  };
}

/** `5 x handler, waiting for setTimeout of 5000 ms`. */
export function taskName(task: Task): string {
  const outermost = task.stack.findLast(
    ({ kind, function: name }) => kind === 'await' && !name.startsWith('('),
  );
  const name = (outermost ?? task.stack.at(-1))?.function ?? 'task';
  const times = task.count > 1 ? `${count(task.count)} × ` : '';
  return `${times}${name}${waiting(task) || standsAt(task)}`;
}

/** How a frame that is no function is called: a combinator of promises. */
export function combinatorName(frame: TaskFrame): string | undefined {
  return frame.kind === 'await' ? undefined : NAMES[frame.kind];
}

function waiting({ waitingFor, stack }: Task): string {
  if (!waitingFor) return '';
  if (waitingFor.kind === 'unreachable') return ', can never go on';
  const [inner] = stack;
  const place =
    waitingFor.kind === 'promise' && stack.length > 1 && inner?.kind === 'await' ? inner.function : undefined;
  return `, waiting for ${place === undefined ? waitingFor.detail : `${place} (${waitingFor.detail})`}`;
}

function standsAt({ stack: [inner, ...outer] }: Task): string {
  return inner && outer.length > 0 ? `, in ${inner.function}` : '';
}
