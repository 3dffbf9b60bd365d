import type { HeapThread, RemoteHandle } from '../inspector/heap-port.ts';
import { count } from '../base/figures.ts';
import { UserError } from '../base/user-error.ts';
import type { Problem } from '../model/problem.ts';
import { readStacks } from './forged-stacks.ts';
import type { PromiseStacks } from './forged-stacks.ts';

/** The promises of one thread that we hold, with V8's stacks of who waits for them. */
export interface ThreadPromises {
  /** `stacks` is absent where they could not be read. */
  listed: { handle: RemoteHandle; stacks?: PromiseStacks }[];
  problems: Problem[];
  /** Why no stacks were told: the loop does not turn. One that is paused in a debugger still gives a snapshot. */
  held?: UserError;
}

/** The promises of a stopped thread: its microtasks do not run, so they tell no stacks. */
export async function holdPromises(thread: HeapThread): Promise<ThreadPromises> {
  const handle = await thread.promises('own', QUERY_MS + STOPPED_MS).catch(() => undefined);
  return { listed: handle === undefined ? [] : [{ handle }], problems: [] };
}

/**
 * All promises of a thread with the stacks of who waits for them, context by context.
 * @param which `enough`: of very many promises a part is asked, in a fifth of the time that it took to list them
 * @throws UserError `unreachable` when its loop does not turn and `enough` are wanted; with `all` there are no stacks then
 * @throws Error when the thread does not answer at all, or `signal` was aborted
 */
export async function readPromises(
  thread: HeapThread,
  which: 'all' | 'enough',
  signal?: AbortSignal,
): Promise<ThreadPromises> {
  const { id, name } = thread;
  const problems: Problem[] = [];
  const listed: ThreadPromises['listed'] = [];
  const heapUsed = await thread.heapUsed(FIRST_ANSWER_MS);
  const timeoutMs = QUERY_MS + (heapUsed / 1e6) * QUERY_MS_PER_MB;
  const where = id === 'main' ? 'The event loop' : `The event loop of ${name}`;
  // The thread's own context needs no list of them, which takes as long as a small heap's promises.
  const began = performance.now();
  const [own, contexts] = await Promise.all([thread.promises('own', timeoutMs), thread.contexts()]);
  const budgetMs = which === 'all' ? Infinity : (performance.now() - began) * SHARE_OF_QUERY;
  const read = { asked: 0, there: 0 };
  // Its own one is listed first.
  for (const context of ['own' as const, ...contexts.slice(1, MAX_CONTEXTS)]) {
    signal?.throwIfAborted();
    const handle = context === 'own' ? own : await thread.promises(context, timeoutMs).catch(unlessGone);
    if (handle === undefined) continue;
    const stacks = await readStacks(thread, handle, { timeoutMs: STACKS_MS, budgetMs, signal });
    listed.push({ handle, ...(typeof stacks === 'object' && { stacks }) });
    if (typeof stacks === 'object') {
      read.asked += stacks.asked;
      read.there += stacks.stackOf.length;
      continue;
    }
    if (stacks === 'silent') {
      const held = new UserError(
        'unreachable',
        `${where} did not turn within ${STACKS_MS / 1000} s: it is blocked, or paused in a debugger.`,
        'Try again when it turns; "looplens record" shows what blocks it.',
      );
      if (which === 'enough') throw held;
      return { listed, problems, held };
    }
    const message = `The program has replaced Promise.prototype.then, so exact lines come one by one, and not for all functions.`;
    problems.push({ code: 'then-patched', message });
  }
  if (read.asked < read.there) {
    const message = `Of ${count(read.there)} promises ${count(read.asked)} were looked at, spread evenly: counts are estimated, and what only few wait for may be missing. A heap snapshot has all.`;
    problems.push({ code: 'promises-sampled', message });
  }
  if (contexts.length > MAX_CONTEXTS) {
    const message = `Of ${contexts.length} contexts of ${name} only ${MAX_CONTEXTS} were asked for exact lines.`;
    problems.push({ code: 'contexts-omitted', message });
  }
  return { listed, problems };
}

/** A context may go while we look; a debugger's proxy also names those that went long ago. */
function unlessGone(error: unknown): undefined {
  if (!/context/i.test(String(error))) throw error;
}

const FIRST_ANSWER_MS = 5000;
const STACKS_MS = 3000;
const SHARE_OF_QUERY = 0.2;
const QUERY_MS = 10_000;
const STOPPED_MS = 50_000;
/** Many times what it takes on a machine that has nothing else to do. */
const QUERY_MS_PER_MB = 300;
/** Each costs a garbage collection. */
const MAX_CONTEXTS = 32;
