import { count } from '../base/figures.ts';
import { describeError, UserError } from '../base/user-error.ts';
import { connect } from '../inspector/connection.ts';
import type { Connection } from '../inspector/connection.ts';
import { openHeap } from '../inspector/heap.ts';
import type { HeapPort } from '../inspector/heap-port.ts';
import { createSourceLocator } from '../inspector/source-locator.ts';
import type { Task, TaskDump, TaskFrame } from '../model/task.ts';
import { fullTasks, quickTasks } from '../tasks/dump.ts';
import type { ClientPort } from './debugged.ts';
import type { Loop } from './loop.ts';
import type { LiveLoop } from './program.ts';

/** A group of tasks with the same stack, as a thread of the client. */
export interface TaskThread {
  readonly threadId: number;
  readonly name: string;
  readonly loop: Loop;
  readonly task: Task;
  /** Which of the group's tasks is looked into. */
  instance: number;
}

/** Threads of loops are numbered from 1; those of tasks from here on. */
const FIRST_THREAD = 100_000;
/** More groups than this would make the list of threads useless; they are counted in the console. */
const MAX_THREADS = 200;
/** A snapshot of a larger heap is only taken when it is asked for, bytes. */
const SMALL_HEAP = 100e6;

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
  readonly #locator = createSourceLocator();
  #url: string | undefined;
  #heap: Promise<{ port: HeapPort; connection: Connection }> | undefined;
  #next = FIRST_THREAD;
  #reading: Promise<TaskDump> | undefined;

  constructor(client: ClientPort, loops: () => LiveLoop[]) {
    this.#client = client;
    this.#loops = loops;
  }

  /** From now on the tasks are those of the process behind this address. */
  connectTo(url: string | undefined): void {
    this.#url = url;
    void this.#heap?.then(({ connection }) => connection.dispose()).catch(() => undefined);
    this.#heap = undefined;
    this.#replace([]);
  }

  all(): TaskThread[] {
    return [...this.#threads.values()];
  }

  get(threadId: number): TaskThread | undefined {
    return this.#threads.get(threadId);
  }

  /** Reads all tasks and makes their groups the threads that the client sees. @throws UserError when that fails */
  read(depth: 'quick' | 'full'): Promise<TaskDump> {
    this.#reading ??= this.#read(depth).finally(() => (this.#reading = undefined));
    return this.#reading;
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

  async #read(depth: 'quick' | 'full'): Promise<TaskDump> {
    const { port } = await this.#open();
    // Microtasks, which tell the lines quickly, do not run while a loop is stopped.
    const stopped = this.#loops().some(({ loop }) => loop.pause);
    const options = { locator: this.#locator };
    const { value, problems } = await (
      depth === 'full' || stopped ? fullTasks(port, options) : quickTasks(port, options)
    ).catch((error: unknown) => {
      throw new UserError(
        'unreachable',
        `The tasks could not be read: ${describeError(error)}.`,
        'Try again, or pause the program first.',
      );
    });
    for (const { message } of problems)
      this.#client.send('output', { category: 'console', output: `${message}\n` });
    this.#replace(value.tasks);
    return value;
  }

  #replace(tasks: readonly Task[]): void {
    for (const thread of this.all()) this.#remove(thread);
    for (const task of tasks.slice(0, MAX_THREADS)) {
      const live = this.#loops().find(({ loop }) => loop.id === task.thread);
      if (!live) continue;
      const thread = { threadId: this.#next++, name: taskName(task), loop: live.loop, task, instance: 0 };
      this.#threads.set(thread.threadId, thread);
      const { threadId } = thread;
      this.#client.send('thread', { reason: 'started', threadId });
      // Suspended is stopped, in the client's terms: it asks for the frames of stopped threads only.
      const description = `Suspended${waiting(task)}`;
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

  #open(): Promise<{ port: HeapPort; connection: Connection }> {
    const url = this.#url;
    if (url === undefined)
      throw new UserError('usage', 'No program is being debugged.', 'Launch or attach first.');
    this.#heap ??= connect(url).then(async (connection) => ({
      connection,
      port: await openHeap(connection),
    }));
    this.#heap.catch(() => (this.#heap = undefined));
    return this.#heap;
  }
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
