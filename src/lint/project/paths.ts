import type { LinkedFile } from './evaluate.ts';
import type { ChainStep } from '../../model/finding.ts';
import type { IndexedFunction } from './file-index.ts';
import type { Edge, Linked, LinkedEntry } from './link.ts';
import type { ProjectReach } from './reach-facts.ts';

/** When each function of a project runs. */
export interface Paths {
  /** Undefined where it is not known. */
  reach(fn: number): ProjectReach | undefined;
}

/** A function and the file it stands in. */
export interface Placed {
  file: LinkedFile;
  own: IndexedFunction;
}

/** How a function is reached: by an entry, or from another one. */
type Way = { entry: LinkedEntry } | { edge: Edge };

/** One walk from all entries finds the shortest way to everything that serves; the rest is start-up or not known. */
export function findPaths(linked: Linked, placed: readonly Placed[]): Paths {
  const outward = new Map<number, Edge[]>();
  for (const edge of linked.edges) {
    const known = outward.get(edge.from);
    if (known) known.push(edge);
    else outward.set(edge.from, [edge]);
  }
  const ways = new Map<number, Way>();
  walkFrom(linked.entries.filter(({ bySight }) => !bySight));
  walkFrom(linked.entries.filter(({ bySight }) => bySight));
  const startUp = findStartUp(linked, placed, ways);
  return {
    reach(fn) {
      if (ways.has(fn)) return describeWay(fn, ways, placed);
      return startUp.has(fn) ? { level: 'start-up' } : undefined;
    },
  };

  function walkFrom(entries: readonly LinkedEntry[]): void {
    const queue: number[] = [];
    for (const entry of entries) {
      if (ways.has(entry.fn)) continue;
      ways.set(entry.fn, { entry });
      queue.push(entry.fn);
    }
    for (let at = 0; at < queue.length; at++) {
      for (const edge of outward.get(queue[at]!) ?? []) {
        if (ways.has(edge.to) || linked.registrars.has(edge.to)) continue;
        ways.set(edge.to, { edge });
        queue.push(edge.to);
      }
    }
  }
}

/** Greatest set of functions that nobody but start-up code calls. */
function findStartUp(
  { edges, leaked, aside, registrars }: Linked,
  placed: readonly Placed[],
  served: ReadonlyMap<number, unknown>,
): Set<number> {
  const callers = new Map<number, Set<number>>();
  const callees = new Map<number, Set<number>>();
  for (const { from, to } of edges) {
    if (from === to) continue;
    add(callers, to, from);
    add(callees, from, to);
  }
  const candidate = (fn: number): boolean => {
    if (served.has(fn)) return false;
    if (aside.has(fn) || registrars.has(fn)) return true;
    return !leaked.has(fn) && (callers.has(fn) || !placed[fn]!.own.open);
  };
  const startUp = new Set([...placed.keys()].filter(candidate));
  const out = [...placed.keys()].filter((fn) => !startUp.has(fn));
  for (let fn = out.pop(); fn !== undefined; fn = out.pop()) {
    for (const callee of callees.get(fn) ?? [])
      if (!registrars.has(callee) && startUp.delete(callee)) out.push(callee);
  }
  return startUp;
}

function add(map: Map<number, Set<number>>, key: number, value: number): void {
  const known = map.get(key);
  if (known) known.add(value);
  else map.set(key, new Set([value]));
}

/** Longest chain that is told. */
const MAX_STEPS = 30;

function describeWay(
  fn: number,
  ways: ReadonlyMap<number, Way>,
  placed: readonly Placed[],
): ProjectReach | undefined {
  const chain: ChainStep[] = [];
  const path: string[] = [];
  const home = placed[fn]!.file;
  for (let at = fn; chain.length < MAX_STEPS;) {
    const way = ways.get(at)!;
    const { own, file } = placed[at]!;
    if ('entry' in way) {
      const { entry, site } = way.entry;
      if (own.name !== undefined) path.unshift(own.name);
      chain.push({
        kind: entry.step,
        label: entry.label,
        file: site.file.file,
        line: site.line,
        column: site.column,
      });
      return { level: 'served', label: entry.label, chain, path };
    }
    const { from, step, site } = way.edge;
    const caller = placed[from];
    if (own.name !== undefined)
      path.unshift(`${own.name} (${file === home ? 'line ' : `${baseName(file.file)}:`}${own.line})`);
    chain.push({
      kind: step,
      file: site.file.file,
      line: site.line,
      column: site.column,
      ...(caller?.own.name === undefined ? {} : { function: caller.own.name }),
    });
    at = from;
  }
  return undefined;
}

const baseName = (file: string): string => file.split(/[\\/]/).at(-1) ?? file;
