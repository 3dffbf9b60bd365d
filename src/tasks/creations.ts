import type { HeapThread, RemoteHandle } from '../inspector/heap-port.ts';
import type { CodeFrame } from './frames.ts';
import type { HeapTasks } from './heap-tasks.ts';
import { NONE } from './snapshot/heap-graph.ts';
import type { Node } from './snapshot/heap-graph.ts';

/** Where functions of a frame were called, before source maps; lines and columns from 1. */
export interface CodeOrigin {
  count: number;
  function: string;
  url: string;
  line: number;
  column: number;
}

/** As `agent/creations.ts` answers it; it is found under this registered symbol. */
type Site = Omit<CodeOrigin, 'count'> | null;
const KEY = 'looplens.creations';

/** Different places of one frame that are told. */
const MAX_ORIGINS = 5;
/** Promises asked about. */
const MAX_ASKED = 20_000;
const ANSWER_MS = 5000;

/** An array of the process that holds promises, and its id in the snapshot. */
interface HeldPromises {
  handle: RemoteHandle;
  array: number;
}

/**
 * Where each frame's function was called: what the process remembers of it, if a debugger of ours has it remember; else the
 * call in the `await` of the function that waits for it. Frames of which neither is known are left out.
 */
export async function originsOf(
  thread: HeapThread,
  held: readonly HeldPromises[],
  read: HeapTasks,
  texts: ReadonlyMap<string, string>,
): Promise<Map<CodeFrame, CodeOrigin[]>> {
  const remembered = await rememberedSites(thread, held, read);
  const origins = new Map<CodeFrame, CodeOrigin[]>();
  for (const { frames, stacks, count } of read.tasks) {
    frames.forEach((frame, k) => {
      const sites = stacks.flatMap((generators) => remembered.get(generators[k] ?? NONE) ?? []);
      const call = sites.length === 0 ? awaitedCall(frame, frames[k + 1], texts) : undefined;
      if (sites.length > 0) origins.set(frame, counted(sites));
      else if (call) origins.set(frame, [{ count, ...call }]);
    });
  }
  return origins;
}

/** By generator. Empty where nothing is remembered. */
async function rememberedSites(
  thread: HeapThread,
  held: readonly HeldPromises[],
  { heap, outersOf, tasks }: HeapTasks,
): Promise<Map<Node, NonNullable<Site>>> {
  const wanted = new Map<Node, Node>();
  for (const generator of tasks.flatMap(({ stacks }) => stacks.flat())) {
    const [promise] = generator === NONE ? [] : outersOf(generator);
    if (promise !== undefined && wanted.size < MAX_ASKED) wanted.set(promise, generator);
  }
  const found = new Map<Node, NonNullable<Site>>();
  for (const { handle, array } of held) {
    const node = heap.byId(array);
    const positions: number[] = [];
    const generators: Node[] = [];
    if (node !== NONE) {
      heap.eachElement(node, (position, promise) => {
        const generator = wanted.get(promise);
        if (generator === undefined) return;
        positions.push(position);
        generators.push(generator);
      });
    }
    const asked = JSON.stringify(positions);
    const source = `function() {
      const memory = globalThis[Symbol.for(${JSON.stringify(KEY)})];
      return memory ? memory.sites(${asked}.map((k) => this[k])) : [];
    }`;
    const sites = await thread.call<Site[]>(handle, source, 'value', ANSWER_MS).catch(() => []);
    sites.forEach((site, k) => {
      const generator = generators[k];
      if (site && generator !== undefined) found.set(generator, site);
    });
  }
  return found;
}

function counted(sites: readonly NonNullable<Site>[]): CodeOrigin[] {
  const byPlace = new Map<string, CodeOrigin>();
  for (const site of sites) {
    const key = `${site.url}:${site.line}:${site.column}`;
    const known = byPlace.get(key);
    if (known) known.count++;
    else byPlace.set(key, { count: 1, ...site });
  }
  return [...byPlace.values()].sort((a, b) => b.count - a.count).slice(0, MAX_ORIGINS);
}

/** `await query(sql)`: who awaits a call at once has made it there. */
function awaitedCall(
  frame: CodeFrame,
  outer: CodeFrame | undefined,
  texts: ReadonlyMap<string, string>,
): NonNullable<Site> | undefined {
  if (frame.kind !== 'await' || outer?.kind !== 'await' || !outer.exact) return undefined;
  const name = /#?[\p{L}\p{N}_$]+$/u.exec(frame.function)?.[0];
  const line = name === undefined ? undefined : texts.get(outer.url)?.split('\n')[outer.line - 1];
  const [, before, called] = CALL.exec(line?.slice(outer.column - 1) ?? '') ?? [];
  if (before === undefined || called !== name) return undefined;
  const { function: caller, url } = outer;
  return { function: caller, url, line: outer.line, column: outer.column + before.length };
}

const CALL = /^(await\s+(?:[\p{L}\p{N}_$#]+\??\.)*)(#?[\p{L}\p{N}_$]+)\s*\(/u;
