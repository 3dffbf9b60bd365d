import type { HeapThread, RemoteHandle } from '../inspector/heap-port.ts';
import { count } from '../base/figures.ts';
import { UserError } from '../base/user-error.ts';
import type { Problem } from '../model/problem.ts';
import { readStacks, readWaiters } from './forged-stacks.ts';
import type { NoStacks, PromiseStacks } from './forged-stacks.ts';

/** The promises of one context of a thread, which we hold. */
export interface HeldPromises {
  handle: RemoteHandle;
  count: number;
}

/** All promises of a thread, context by context. */
export interface ThreadPromises {
  lists: HeldPromises[];
  problems: Problem[];
  /** How long a walk through this heap may take, ms. */
  patienceMs: number;
  /** Why nobody can be asked for stacks: the loop does not turn. One that is paused in a debugger still gives a snapshot. */
  held?: UserError;
}

/** The promises of a stopped thread: its microtasks do not run, so they tell no stacks. */
export async function holdPromises(thread: HeapThread): Promise<ThreadPromises> {
  const patienceMs = QUERY_MS + STOPPED_MS;
  const handle = await thread.promises('own', patienceMs).catch(() => undefined);
  return { lists: handle === undefined ? [] : [{ handle, count: 0 }], problems: [], patienceMs };
}

/**
 * Lists all promises of a thread.
 * @throws Error when the thread does not answer at all, or `signal` was aborted
 */
export async function listPromises(thread: HeapThread, signal?: AbortSignal): Promise<ThreadPromises> {
  const problems: Problem[] = [];
  const lists: HeldPromises[] = [];
  const patienceMs = QUERY_MS + ((await thread.heapUsed(FIRST_ANSWER_MS)) / 1e6) * QUERY_MS_PER_MB;
  // The thread's own context needs no list of them, which takes as long as a small heap's promises.
  const [own, contexts] = await Promise.all([thread.promises('own', patienceMs), thread.contexts()]);
  // Its own one is listed first.
  for (const context of ['own' as const, ...contexts.slice(1, MAX_CONTEXTS)]) {
    signal?.throwIfAborted();
    const handle = context === 'own' ? own : await thread.promises(context, patienceMs).catch(unlessGone);
    if (handle === undefined) continue;
    const count = await countOf(thread, handle);
    lists.push({ handle, count: count ?? 0 });
    if (count !== undefined) continue;
    return { lists, problems, patienceMs, held: doesNotTurn(thread) };
  }
  if (contexts.length > MAX_CONTEXTS) {
    const message = `Of ${contexts.length} contexts of ${thread.name} only ${MAX_CONTEXTS} were asked for exact lines.`;
    problems.push({ code: 'contexts-omitted', message });
  }
  return { lists, problems, patienceMs };
}

/** Answers by a promise, which takes a microtask; where `then` was replaced, nothing of ours may go through it. */
const COUNT = `function() {
  const later = (async () => this.length)();
  return Function.prototype.toString.call(later.then) === 'function then() { [native code] }' ? later : this.length;
}`;

/** How many promises an array has; undefined when the thread runs no microtasks. */
async function countOf(thread: HeapThread, handle: RemoteHandle): Promise<number | undefined> {
  try {
    return await thread.call<number>(handle, COUNT, 'promise', STACKS_MS);
  } catch (error) {
    if (error instanceof Error && /no answer/.test(error.message)) return undefined;
    throw error;
  }
}

/**
 * Who waits for the promises, as whole stacks. Of very many promises a part is asked, in a fifth of the time that it took
 * to list them.
 * @param listMs how long that was
 * @throws UserError `unreachable` when the loop does not turn
 */
export async function readWholeStacks(
  thread: HeapThread,
  { lists, held }: ThreadPromises,
  { listMs, signal }: { listMs: number; signal: AbortSignal | undefined },
): Promise<{ stacks: PromiseStacks[]; problems: Problem[] }> {
  if (held) throw held;
  const found: ToldStacks = { stacks: [], problems: [] };
  const budgetMs = listMs * SHARE_OF_QUERY;
  for (const { handle } of lists) {
    take(found, await readStacks(thread, handle, { timeoutMs: STACKS_MS, budgetMs, signal }));
  }
  const stacks = found.stacks.filter((each) => each !== undefined);
  const asked = stacks.reduce((sum, each) => sum + each.asked, 0);
  const there = stacks.reduce((sum, each) => sum + each.stackOf.length, 0);
  if (asked < there) {
    const message = `Of ${count(there)} promises ${count(asked)} were looked at, spread evenly: counts are estimated, and what only few wait for may be missing. A heap snapshot has all.`;
    found.problems.push({ code: 'promises-sampled', message });
  }
  return { stacks, problems: found.problems };
}

/** What V8 told of who waits for the promises, list by list; undefined where it could not be read. */
export interface ToldStacks {
  stacks: (PromiseStacks | undefined)[];
  problems: Problem[];
  /** Why they were not told. */
  held?: UserError | undefined;
}

/**
 * Who awaits each of the promises, as one frame each. To be asked while a snapshot is being taken: the answers come
 * right after it, before the program has gone on much.
 */
export async function readFirstFrames(
  thread: HeapThread,
  { lists, held, patienceMs }: ThreadPromises,
  signal: AbortSignal | undefined,
): Promise<ToldStacks> {
  const found: ToldStacks = { stacks: [], problems: [], held };
  if (held) return found;
  for (const { handle, count } of lists) {
    take(found, await readWaiters(thread, handle, { count, timeoutMs: patienceMs, signal }));
  }
  return found;
}

/** The same, or nothing, when the loop has been stopped meanwhile: it should have answered by now. */
export async function unlessHeld(
  thread: HeapThread,
  { lists }: ThreadPromises,
  told: Promise<ToldStacks>,
): Promise<ToldStacks> {
  const promises = lists.reduce((sum, list) => sum + list.count, 0);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<ToldStacks>((resolve) => {
    const held = doesNotTurn(thread);
    timer = setTimeout(resolve, STACKS_MS + promises * STACK_MS, { stacks: [], problems: [], held });
  });
  return Promise.race([told, late]).finally(() => clearTimeout(timer));
}

function take({ stacks, problems }: ToldStacks, told: PromiseStacks | NoStacks): void {
  stacks.push(typeof told === 'object' ? told : undefined);
  if (told !== 'patched' || problems.length > 0) return;
  const message = `The program has replaced Promise.prototype.then, so exact lines come one by one, and not for all functions.`;
  problems.push({ code: 'then-patched', message });
}

function doesNotTurn({ id, name }: HeapThread): UserError {
  const loop = id === 'main' ? 'The event loop' : `The event loop of ${name}`;
  return new UserError(
    'unreachable',
    `${loop} did not turn within ${STACKS_MS / 1000} s: it is blocked, or paused in a debugger.`,
    'Try again when it turns; "looplens record" shows what blocks it.',
  );
}

/** A context may go while we look; a debugger's proxy also names those that went long ago. */
function unlessGone(error: unknown): undefined {
  if (!/context/i.test(String(error))) throw error;
}

const FIRST_ANSWER_MS = 5000;
const STACKS_MS = 3000;
/** Ten times what one takes where nothing else runs. */
const STACK_MS = 0.05;
const SHARE_OF_QUERY = 0.2;
const QUERY_MS = 10_000;
const STOPPED_MS = 50_000;
/** Many times what it takes on a machine that has nothing else to do. */
const QUERY_MS_PER_MB = 300;
/** Each costs a garbage collection. */
const MAX_CONTEXTS = 32;
