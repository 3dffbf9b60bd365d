import type { HeapPort, HeapThread } from '../inspector/heap-port.ts';
import type { SourceLocator } from '../inspector/ports.ts';
import type { Outcome, Problem } from '../model/problem.ts';
import type { HeapObjectId, Task, TaskCycle, TaskDump, TaskFrame } from '../model/task.ts';
import { nameInText } from './anonymous.ts';
import { originsOf } from './creations.ts';
import type { CodeOrigin } from './creations.ts';
import { findCycles } from './cycles.ts';
import type { LocatedHolding } from './cycles.ts';
import { isInternal } from './frames.ts';
import type { CodeFrame } from './frames.ts';
import { readHeapStacks, readHeapTasks } from './heap-tasks.ts';
import type { CodeTask, HeapTasks } from './heap-tasks.ts';
import { whoHolds } from './holding/who-holds.ts';
import { locateFrame, locateOrigin, locatePlace } from './locate.ts';
import { ANONYMOUS, functionName } from './names.ts';
import { quickTasksOf } from './quick.ts';
import { holdPromises, listPromises, readFirstFrames, readWholeStacks, unlessHeld } from './read-thread.ts';
import type { ThreadPromises, ToldStacks } from './read-thread.ts';
import { NONE } from './snapshot/heap-graph.ts';
import { TableBuilder } from './snapshot/tables.ts';

export interface QuickOptions {
  locator: SourceLocator;
  signal?: AbortSignal;
}

export interface FullOptions extends QuickOptions {
  /** Time for looking up lines that the stacks did not tell, ms; each look-up holds the process a little. Default 1000. */
  lookUpMs?: number;
  /** Whether a debugger holds a thread. V8 tells stacks in microtasks, which do not run then: lines are looked up. */
  isStopped?: (thread: string) => boolean;
  onProgress?: (progress: TaskProgress) => void;
}

export interface TaskProgress {
  phase: 'stacks' | 'snapshot' | 'graph';
  /** Name of the thread. */
  thread: string;
  /** Characters of the snapshot that have come. */
  received: number;
}

/**
 * Every suspended async function without a heap snapshot: exact lines, approximate counts. A thread that does not
 * answer is a problem, not an error; the main thread's silence is one.
 * @throws UserError `unreachable` when the main thread's loop does not turn
 * @throws Error when the main thread does not answer, or `signal` was aborted
 */
export async function quickTasks(
  port: HeapPort,
  { locator, signal }: QuickOptions,
): Promise<Outcome<TaskDump>> {
  const dump = emptyDump(port, 'quick');
  const problems = await eachThread(port, dump, signal, async (thread) => {
    const began = performance.now();
    const promises = await listPromises(thread, signal);
    const listMs = performance.now() - began;
    const told = await readWholeStacks(thread, promises, { listMs, signal });
    for (const { count, frames } of quickTasksOf(told.stacks)) {
      const stack = await Promise.all(
        frames.map((frame) =>
          locateFrame(locator, { ...frame, function: functionName(frame.name, frame.type), exact: true }),
        ),
      );
      dump.tasks.push({ count, thread: thread.id, stack, instances: [] });
    }
    return [...promises.problems, ...told.problems];
  });
  widestFirst(dump);
  return { value: dump, problems };
}

/**
 * The same by a heap snapshot of each thread: exact counts, what each waits for, cycles. Reading the snapshot keeps
 * the calling thread busy.
 * @throws Error when the main thread does not answer, or `signal` was aborted
 */
export async function fullTasks(port: HeapPort, options: FullOptions): Promise<Outcome<TaskDump>> {
  const { locator, signal, lookUpMs = 1000 } = options;
  const dump = emptyDump(port, 'full');
  const snapshot = { heapMB: 0, pauseMs: 0, functions: 0 };
  const problems = await eachThread(port, dump, signal, async (thread) => {
    const progress = (phase: TaskProgress['phase'], received: number): void =>
      options.onProgress?.({ phase, thread: thread.name, received });
    progress('stacks', 0);
    const stopped = options.isStopped?.(thread.id) === true;
    const promises = stopped ? await holdPromises(thread) : await listPromises(thread, signal);
    const found = promises.problems;

    progress('snapshot', 0);
    snapshot.heapMB += Math.round((await thread.heapUsed(ANSWER_MS)) / 1e6);
    const started = performance.now();
    const builder = new TableBuilder();
    let received = 0;
    let asked: Asked | undefined;
    const { held: silence } = promises;
    const taken = thread.snapshot(
      (chunk) => {
        // Their answers come when the snapshot has been taken, while the rest of it is still read here.
        if (received === 0) asked = askAbout(thread, promises, stopped ? 'stopped' : 'running', signal);
        received += chunk.length;
        builder.write(chunk);
        progress('snapshot', received);
      },
      { signal, beginMs: silence && BEGIN_MS },
    );
    await taken.catch((error: unknown) => {
      throw received === 0 && !signal?.aborted ? (silence ?? error) : error;
    });
    snapshot.pauseMs += Math.round(performance.now() - started);

    progress('graph', received);
    const stacks = readHeapStacks(builder.end());
    const ids = await asked!.ids;
    const told = await unlessHeld(thread, promises, asked!.told);
    found.push(...told.problems);
    if (told.held) {
      const message = `${thread.name} is paused in a debugger: lines were looked up one by one, and not for all functions.`;
      found.push({ code: 'loop-held', message });
    }
    const held = promises.lists.map(({ handle }, k) => ({ handle, array: ids[k]! }));
    const listed = held.flatMap(({ array }, k) => {
      const firsts = told.stacks[k];
      return firsts ? [{ array, stacks: firsts }] : [];
    });
    const read = readHeapTasks(stacks, listed);
    snapshot.functions += read.functions;
    if (read.omitted > 0) {
      found.push({ code: 'tasks-omitted', message: `${read.omitted} more stacks were left out.` });
    }
    await lookUpLines(thread, read.tasks, told.held ? Math.max(lookUpMs, BEGIN_MS) : lookUpMs, signal);
    const texts = await textsOf(locator, read);
    nameAnonymous(read, texts);
    const origins = await originsOf(thread, held, read, texts);
    const first = dump.tasks.length;
    for (const task of read.tasks) dump.tasks.push(await locateTask(locator, task, thread.id, origins));
    const holdings = await holdingsOf(locator, read, texts);
    dump.cycles.push(...findCycles(read.tasks, dump.tasks.slice(first), holdings, first));
    return found;
  });
  widestFirst(dump);
  return { value: { ...dump, snapshot }, problems };
}

/** What the process says of the promises that it holds for us. */
interface Asked {
  /** Of each list, its number in the snapshot. */
  ids: Promise<HeapObjectId[]>;
  told: Promise<ToldStacks>;
}

function askAbout(
  thread: HeapThread,
  promises: ThreadPromises,
  state: 'running' | 'stopped',
  signal: AbortSignal | undefined,
): Asked {
  const { lists, patienceMs } = promises;
  const ids = Promise.all(lists.map(({ handle }) => thread.heapObjectId(handle, patienceMs)));
  const told =
    state === 'stopped'
      ? Promise.resolve({ stacks: [], problems: [] })
      : readFirstFrames(thread, promises, signal);
  // When the snapshot fails, nobody waits for them.
  for (const answer of [ids, told]) answer.catch(() => undefined);
  return { ids, told };
}

const ANSWER_MS = 20_000;
/** A loop that is paused begins its snapshot at once, one that is blocked not at all, ms. */
const BEGIN_MS = 5000;

function emptyDump({ pid, node }: HeapPort, depth: TaskDump['depth']): TaskDump {
  return { depth, target: { pid, node }, threads: [], tasks: [], cycles: [] };
}

/** Reads thread after thread, so that never two are held at once. Handles are given back whatever happens. */
async function eachThread(
  port: HeapPort,
  dump: TaskDump,
  signal: AbortSignal | undefined,
  read: (thread: HeapThread) => Promise<Problem[]>,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const thread of await port.threads()) {
    signal?.throwIfAborted();
    dump.threads.push({ id: thread.id, name: thread.name });
    try {
      problems.push(...(await read(thread)));
    } catch (error) {
      if (thread.id === 'main' || signal?.aborted) throw error;
      const reason = (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
      problems.push({ code: 'thread-silent', message: `${thread.name} could not be read: ${reason}.` });
    } finally {
      await thread.release().catch(() => undefined);
    }
  }
  return problems;
}

/** Asks for the lines that V8's stacks did not tell, once for each function and promise, while there is time. */
async function lookUpLines(
  thread: HeapThread,
  tasks: readonly CodeTask[],
  budgetMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const until = performance.now() + budgetMs;
  const wanted = tasks.flatMap(({ frames, instances }) =>
    frames.flatMap((frame, position) =>
      frame.exact || isInternal(frame.url) ? [] : [{ frame, generator: instances[0]?.generators[position] }],
    ),
  );
  // The program's own come first.
  wanted.sort((a, b) => Number(isPackage(a.frame.url)) - Number(isPackage(b.frame.url)));
  for (const { frame, generator } of wanted) {
    const left = until - performance.now();
    if (left <= 0) return;
    signal?.throwIfAborted();
    if (!generator || frame.exact) continue;
    const place = await thread.generatorPlace(generator, left + ANSWER_MS).catch(() => undefined);
    if (place) Object.assign(frame, place, { exact: true });
  }
}

const isPackage = (url: string): boolean => url.includes('/node_modules/');

type Texts = ReadonlyMap<string, string>;
type Origins = ReadonlyMap<CodeFrame, CodeOrigin[]>;

/** The scripts of the functions that are shown, where they lie on this machine. */
async function textsOf(locator: SourceLocator, { tasks }: HeapTasks): Promise<Texts> {
  const urls = new Set(tasks.flatMap(({ frames }) => frames.map(({ url }) => url)));
  const texts = new Map<string, string>();
  for (const url of urls) {
    const text = url === '' || isInternal(url) ? undefined : await locator.text(url);
    if (text !== undefined) texts.set(url, text);
  }
  return texts;
}

function nameAnonymous({ heap, tasks }: HeapTasks, texts: Texts): void {
  for (const frame of new Set(tasks.flatMap(({ frames }) => frames))) {
    const text = texts.get(frame.url);
    const closure = text === undefined ? NONE : heap.to(frame.generator, 'function');
    const begin = closure === NONE ? undefined : heap.place(closure);
    const told = frame.function === ANONYMOUS ? '' : frame.function;
    if (begin) frame.function = nameInText(text!, begin.line, begin.column, told) ?? frame.function;
  }
}

/** Who has what others stand in line for. */
async function holdingsOf(
  locator: SourceLocator,
  { heap, tasks }: HeapTasks,
  texts: Texts,
): Promise<LocatedHolding[]> {
  return Promise.all(
    whoHolds(heap, tasks, (url) => texts.get(url)).map(async ({ taken, ...holding }) => ({
      ...holding,
      taken:
        taken && (await locatePlace(locator, { ...taken.frame, line: taken.line, column: taken.column })),
    })),
  );
}

async function locateTask(
  locator: SourceLocator,
  task: CodeTask,
  thread: string,
  origins: Origins,
): Promise<Task> {
  const { kind, detail, location } = task.waitingFor;
  return {
    count: task.count,
    thread,
    stack: await Promise.all(task.frames.map((frame) => locateCalled(locator, frame, origins))),
    waitingFor: { kind, detail, ...(location && { location: await locatePlace(locator, location) }) },
    instances: task.instances,
  };
}

async function locateCalled(locator: SourceLocator, frame: CodeFrame, origins: Origins): Promise<TaskFrame> {
  const located = await locateFrame(locator, frame);
  const found = origins.get(frame);
  if (!found) return located;
  const calledAt = await Promise.all(found.map((origin) => locateOrigin(locator, origin)));
  return { ...located, calledAt };
}

/** Orders the groups by size; cycles name them by their index. */
function widestFirst(dump: TaskDump): void {
  const order = dump.tasks.map((_, index) => index);
  order.sort((a, b) => dump.tasks[b]!.count - dump.tasks[a]!.count || a - b);
  const moved = new Map(order.map((from, to) => [from, to]));
  dump.tasks = order.map((index) => dump.tasks[index]!);
  for (const { waitingFor } of dump.tasks) {
    for (const holder of waitingFor?.holders ?? []) holder.task = moved.get(holder.task)!;
  }
  dump.cycles = dump.cycles.map((cycle): TaskCycle => ({
    ...cycle,
    tasks: cycle.tasks.map((index) => moved.get(index)!),
  }));
}
