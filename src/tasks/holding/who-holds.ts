import { isInternal } from '../frames.ts';
import type { CodeFrame } from '../frames.ts';
import type { CodeTask } from '../heap-tasks.ts';
import { NONE } from '../snapshot/heap-graph.ts';
import type { HeapGraph, Node } from '../snapshot/heap-graph.ts';
import { denotes, exportedName, sees } from './denotes.ts';
import type { Suspension } from './denotes.ts';
import { awaitedCalls, earlierCalls, givenTo } from './earlier-calls.ts';
import type { Chain, EarlierCall } from './earlier-calls.ts';
import { addsWork, givesByName, isLockName, runsWork, takesByName } from './lock-words.ts';
import { variable } from './scopes.ts';

/** A task that has what others wait for their turn at. */
export interface Holding {
  /** Index of the task. */
  task: number;
  /** The lock, pool or queue: where the others' resolve functions stand in line. */
  resource: Node;
  /** As its code calls it: `stock`, `this.pool`; the name of its class where code does not tell. */
  name: string;
  /** The call that took it; undefined: it runs inside a function of the resource, as under `lock.run(work)`. */
  taken: (EarlierCall & { frame: CodeFrame }) | undefined;
  /** Which of the task's instances that were looked at hold it, by position. */
  instances: ReadonlySet<number>;
}

/**
 * Which tasks hold what others stand in line for. The heap has no word for it; what tells is that a suspended function
 * awaited a call on the same object before, and gave nothing back since, or that a function of the object itself called it.
 *
 * @param textOf text of a script; undefined where it is not known
 */
export function whoHolds(
  heap: HeapGraph,
  tasks: readonly CodeTask[],
  textOf: (url: string) => string | undefined,
): Holding[] {
  const calls = new CallReader(heap, textOf);
  const resources = new Set<Node>();
  for (const { waits, frames, stacks } of tasks) {
    waits.forEach(({ queues }, instance) => {
      for (const queue of queues) {
        if (!resources.has(queue) && isLock(heap, queue, frames, stacks[instance]!, calls))
          resources.add(queue);
      }
    });
  }
  const found: Holding[] = [];
  const looked = [...resources].slice(0, MAX_RESOURCES);
  for (const [task, { frames, stacks }] of tasks.entries()) {
    // Most functions have neither taken anything nor run the work of others.
    const may = frames.some(
      (frame) =>
        runsWork(frame.function) || calls.before(frame).some(takes) || calls.givenTo(frame) !== undefined,
    );
    if (!may) continue;
    for (const resource of looked) {
      const held = stacks
        .slice(0, MAX_STACKS)
        .map((generators) => heldBy(heap, frames, generators, resource, calls));
      const holding = held.find((each) => each !== undefined);
      if (!holding) continue;
      const instances = new Set(held.flatMap((each, instance) => (each ? [instance] : [])));
      found.push({ task, resource, ...holding, instances });
    }
  }
  return found;
}

const MAX_RESOURCES = 200;
/** Tasks of one group that are looked at. */
const MAX_STACKS = 20;

function heldBy(
  heap: HeapGraph,
  frames: readonly CodeFrame[],
  generators: readonly Node[],
  resource: Node,
  calls: CallReader,
): Pick<Holding, 'name' | 'taken'> | undefined {
  let inside = false;
  for (const [k, frame] of frames.entries()) {
    const generator = generators[k] ?? NONE;
    const closure = closureOf(heap, generator);
    if (closure === NONE) continue;
    const suspension: Suspension = { generator, closure, exported: calls.exported(frame) };
    const taken = calls
      .before(frame)
      .find((call) => takes(call) && denotes(heap, suspension, call, resource));
    if (taken) return { name: nameOf(heap, resource, taken), taken: { ...taken, frame } };
    const own = belongsTo(heap, generator, closure, resource);
    if (own && inside && runsWork(frame.function))
      return { name: className(heap, resource) ?? frame.function, taken: undefined };
    // From here outwards, what stands further in is not the resource's own waiting.
    if (!own) inside = true;
  }
  return insideOf(heap, frames, generators, resource, calls);
}

/** Where no function of the resource itself is seen on the stack: what was given to it as work, `lock.run(async () => ...)`. */
function insideOf(
  heap: HeapGraph,
  frames: readonly CodeFrame[],
  generators: readonly Node[],
  resource: Node,
  calls: CallReader,
): Pick<Holding, 'name' | 'taken'> | undefined {
  for (const [k, frame] of frames.entries()) {
    const given = calls.givenTo(frame);
    const [root] = given?.object ?? [];
    if (!given || root === undefined || !runsWork(given.method)) continue;
    const generator = generators[k] ?? NONE;
    const closure = closureOf(heap, generator);
    if (closure === NONE) continue;
    const exported = calls.exported(frame);
    // Its own local variables are not those of the function around it, which called.
    const seen = variable(heap, heap.to(closure, 'context'), root) !== NONE;
    if (!seen && exported(root) === undefined) continue;
    if (!denotes(heap, { generator, closure, exported }, given, resource)) continue;
    return { name: className(heap, resource) ?? given.object.join('.'), taken: undefined };
  }
  return undefined;
}

/**
 * Whether those who stand in line there want something for themselves: by the name of its class, or of the function
 * that they called. Clients of a server keep their callers in line, too, but there nobody keeps the others waiting.
 */
function isLock(
  heap: HeapGraph,
  resource: Node,
  frames: readonly CodeFrame[],
  generators: readonly Node[],
  calls: CallReader,
): boolean {
  if (isLockName(heap.name(resource))) return true;
  for (const [k, frame] of frames.entries()) {
    const generator = generators[k] ?? NONE;
    const closure = closureOf(heap, generator);
    if (closure === NONE || belongsTo(heap, generator, closure, resource)) continue;
    return calls
      .awaited(frame)
      .some(
        ({ method, given }) =>
          takesByName(method) || runsWork(method) || (given === 'function' && addsWork(method)),
      );
  }
  return false;
}

/** The function that a generator runs. */
const closureOf = (heap: HeapGraph, generator: Node): Node =>
  generator === NONE ? NONE : heap.to(generator, 'function');

/** Whether a function is the resource's own. */
const belongsTo = (heap: HeapGraph, generator: Node, closure: Node, resource: Node): boolean =>
  heap.to(generator, 'receiver') === resource || sees(heap, closure, resource);

/** Whether a call takes something for a while, by its name, and because the function gives it back later. */
const takes = ({ method, answered, returned }: EarlierCall): boolean =>
  returned && (takesByName(method) || (answered && givesByName(method)));

/** `stock`; the class of `this`; the function that was called, where it is no method. */
function nameOf(heap: HeapGraph, resource: Node, { object, method }: Chain): string {
  if (object.length === 0) return method;
  return object.join('.') === 'this' ? (className(heap, resource) ?? 'this') : object.join('.');
}

function className(heap: HeapGraph, resource: Node): string | undefined {
  const name = heap.name(resource);
  return name.startsWith('system /') ? undefined : name;
}

/** What functions awaited before, by the text of their scripts. */
class CallReader {
  readonly #heap: HeapGraph;
  readonly #textOf: (url: string) => string | undefined;
  readonly #known = new Map<string, EarlierCall[]>();
  readonly #exported = new Map<string, string | undefined>();

  constructor(heap: HeapGraph, textOf: (url: string) => string | undefined) {
    this.#heap = heap;
    this.#textOf = textOf;
  }

  /** What the module of a frame imports, by the name that it has there. */
  exported({ url }: CodeFrame): (local: string) => string | undefined {
    return (local) => {
      const key = `${url} ${local}`;
      if (!this.#exported.has(key)) this.#exported.set(key, exportedName(this.#textOf(url) ?? '', local));
      return this.#exported.get(key);
    };
  }

  /** The functions whose answers a frame awaits. */
  awaited(frame: CodeFrame): ReturnType<typeof awaitedCalls> {
    return frame.exact ? awaitedCalls(this.#textOf(frame.url) ?? '', frame) : [];
  }

  /** The call that the function of a frame was given to, as work. */
  givenTo(frame: CodeFrame): Chain | undefined {
    const begin = isInternal(frame.url) ? undefined : this.#beginOf(frame);
    return begin && givenTo(this.#textOf(frame.url) ?? '', begin);
  }

  #beginOf({ generator }: CodeFrame): ReturnType<HeapGraph['place']> {
    const closure = closureOf(this.#heap, generator);
    return closure === NONE ? undefined : this.#heap.place(closure);
  }

  before(frame: CodeFrame): readonly EarlierCall[] {
    const { url, line, column, exact } = frame;
    const begin = this.#beginOf(frame);
    if (!exact || !begin || isInternal(url)) return [];
    const key = `${url}:${line}:${column}`;
    let calls = this.#known.get(key);
    if (!calls) this.#known.set(key, (calls = earlierCalls(this.#textOf(frame.url) ?? '', begin, frame)));
    return calls;
  }
}
