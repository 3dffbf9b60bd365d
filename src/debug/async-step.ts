import type { Debugger } from 'node:inspector';
import type { AsyncCaller } from './async-callers.ts';
import { readAsyncCallers } from './async-callers.ts';
import { SUPPORT } from './breakpoint-condition.ts';
import type { Loop, Pause } from './loop.ts';
import { userCalls } from './stacks.ts';

type Awaiting = Extract<AsyncCaller, { kind: 'function' }>;

/** How far above an `await` the start of its function is looked for, lines. */
const LOOK_BACK = 100;

/**
 * Steps out of an async function into the one that awaits it, though V8 knows no way there: the caller is suspended and
 * comes back in a microtask of its own. So every place of the caller's function gets a breakpoint for once.
 *
 * Other calls of the same function may run meanwhile. Each step within a function arms a counter by a microtask; the
 * microtask that goes on with the caller is queued after it, when the callee returns. What comes before is somebody
 * else's, and so is what has other functions waiting for it.
 */
export class AsyncStep {
  readonly #loop: Loop;
  #token = 0;
  /** Who waited for the function that was stepped in last: when it returns, V8 does not tell any more. */
  #waiting: AsyncCaller[] = [];
  #target: { ids: string[]; outer: AsyncCaller[] } | undefined;

  constructor(loop: Loop) {
    this.#loop = loop;
  }

  /** To be called before a step within the outermost call of a turn. */
  async arm(): Promise<void> {
    this.#waiting = await readAsyncCallers(this.#loop);
    await this.#loop
      .evaluate(`${SUPPORT}?.arm(${++this.#token})`, undefined, { silent: true })
      .catch(() => undefined);
  }

  /**
   * Prepares a stop where the awaiting function goes on.
   * @param from `return`: the callee is just returning; `anywhere`: it still runs
   * @returns false when nobody awaits: there is nothing to step out to
   */
  async prepare(pause: Pause, from: 'return' | 'anywhere'): Promise<boolean> {
    await this.clear();
    const callers = await this.callers(pause);
    const at = callers.findIndex((caller) => caller.kind === 'function' && !isNode(caller.url));
    const caller = callers[at] as Awaiting | undefined;
    if (!caller || pause !== this.#loop.pause) return false;
    const armed = from === 'return' && this.#token > 0 ? `${SUPPORT}?.armed>=${this.#token}` : '';
    const ids: string[] = [];
    for (const location of await placesOfFunction(this.#loop, caller)) {
      const answer = await this.#loop.connection
        .send<{ breakpointId: string }>('Debugger.setBreakpoint', { location, condition: armed })
        // A breakpoint of the user stands there already and stops as well.
        .catch(() => undefined);
      if (answer) ids.push(answer.breakpointId);
    }
    this.#target = { ids, outer: callers.slice(at + 1) };
    return true;
  }

  /** Who waits for what a stop stands in. */
  async callers(pause: Pause): Promise<AsyncCaller[]> {
    const returning = pause.event.callFrames[0]?.returnValue !== undefined;
    return returning && pause.after.startsWith('step') ? this.#waiting : readAsyncCallers(this.#loop);
  }

  /** Whether a stop is due to this step, and where it should be. */
  async arrived(pause: Pause): Promise<'no' | 'here' | 'elsewhere'> {
    const target = this.#target;
    const hits = pause.event.hitBreakpoints ?? [];
    if (!target || !hits.some((id) => target.ids.includes(id))) return 'no';
    // Called, not gone on with: another call.
    if (userCalls(this.#loop, pause.event.callFrames).length > 1) return 'elsewhere';
    const outer = await readAsyncCallers(this.#loop);
    return JSON.stringify(outer) === JSON.stringify(target.outer) ? 'here' : 'elsewhere';
  }

  /** True while a stop is being waited for. */
  get pending(): boolean {
    return this.#target !== undefined;
  }

  /** Takes all of it back. */
  async clear(): Promise<void> {
    const target = this.#target;
    this.#target = undefined;
    for (const breakpointId of target?.ids ?? []) {
      await this.#loop.connection.send('Debugger.removeBreakpoint', { breakpointId }).catch(() => undefined);
    }
  }
}

function isNode(url: string): boolean {
  return url.startsWith('node:') || url.startsWith('internal/');
}

/** Every place where V8 can stop in the function that holds an `await`. */
async function placesOfFunction(loop: Loop, { url, line, column }: Awaiting): Promise<Debugger.Location[]> {
  const script = loop.scripts.byUrl(url);
  if (!script) return [];
  const from = async (lineNumber: number, columnNumber: number): Promise<Debugger.Location[]> => {
    const answer = await loop.connection
      .send<{ locations: Debugger.Location[] }>('Debugger.getPossibleBreakpoints', {
        start: { scriptId: script.id, lineNumber, columnNumber },
        restrictToFunction: true,
      })
      .catch(() => ({ locations: [] }));
    return answer.locations;
  };
  const after = await from(line, column);
  const mark = after.at(-1);
  if (!mark) return [];
  // A line above belongs to the same function when its places reach to the same end.
  const above = await Promise.all(
    Array.from({ length: Math.min(LOOK_BACK, line) }, (_, k) => from(line - 1 - k, 0)),
  );
  const same = above.filter((list) => {
    const end = list.at(-1);
    return end?.lineNumber === mark.lineNumber && end.columnNumber === mark.columnNumber;
  });
  const all = same.reduce((widest, list) => (list.length > widest.length ? list : widest), after);
  return all.map(({ scriptId, lineNumber, columnNumber }) => ({ scriptId, lineNumber, columnNumber }));
}
