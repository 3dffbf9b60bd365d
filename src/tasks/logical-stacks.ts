import type { AwaitGraph, Combinator, Suspended } from './await-graph.ts';
import type { Node } from './snapshot/heap-graph.ts';

/** A step of a logical stack, from the innermost function outwards. */
export type StackStep =
  { kind: 'function'; suspended: Suspended } | { kind: 'combinator'; combinator: Combinator };

/** Suspended functions that wait for each other through promises alone: the first step is the last one's, too. */
export interface LogicalStack {
  steps: StackStep[];
  /** True when it leads back into itself: a promise that waits for itself. */
  circular: boolean;
}

export interface LogicalStacks {
  stacks: LogicalStack[];
  /** Stacks that were left out because there were too many. */
  omitted: number;
}

/**
 * Every way from an innermost suspended function outwards to one that nobody awaits. Where several functions await one
 * promise, there is a stack for each of them.
 */
export function logicalStacks(graph: AwaitGraph): LogicalStacks {
  const callers = new Map<Node, readonly Caller[]>();
  const called = new Set<Node>();
  for (const [generator, suspended] of graph.suspended) {
    const found = callersOf(graph, suspended);
    callers.set(generator, found);
    for (const { suspended: caller } of found) called.add(caller.generator);
  }
  const result: LogicalStacks = { stacks: [], omitted: 0 };
  const covered = new Set<Node>();
  const walk = (start: Suspended): void => {
    const found = (stack: LogicalStack): void => {
      for (const step of stack.steps) if (step.kind === 'function') covered.add(step.suspended.generator);
      if (result.stacks.length < MAX_STACKS) result.stacks.push(stack);
      else result.omitted++;
    };
    const only = onlyWayOut(start, callers);
    if (only) found(only);
    else walkOut(start, callers, found);
  };
  for (const [generator, suspended] of graph.suspended) if (!called.has(generator)) walk(suspended);
  // What no innermost function leads to waits for itself.
  for (const [generator, suspended] of graph.suspended) if (!covered.has(generator)) walk(suspended);
  return result;
}

/** The program may have more, but nobody reads them. */
const MAX_STACKS = 200_000;
/** Ways out of one function: promises that are shared at many levels multiply. */
const MAX_WAYS = 60_000;
const MAX_DEPTH = 500;

interface Caller {
  suspended: Suspended;
  /** Combinators on the way, inner ones first. */
  combinators: readonly Combinator[];
}

const NOBODY: readonly Caller[] = [];
const NOTHING: readonly Combinator[] = [];

/** Suspended functions that go on when this one has, through chains and combinators of promises. */
function callersOf(graph: AwaitGraph, { outers }: Suspended): readonly Caller[] {
  // Nearly always there is one promise, and one who waits for it or none.
  const [outer] = outers;
  if (outer !== undefined && outers.length === 1) {
    const waiters = graph.waiters(outer);
    if (waiters.length === 0) return NOBODY;
    const [waiter] = waiters;
    if (waiters.length === 1 && waiter?.kind === 'function') {
      const suspended = graph.suspended.get(waiter.generator);
      return suspended ? [{ suspended, combinators: NOTHING }] : NOBODY;
    }
  }
  const callers: Caller[] = [];
  const seen = new Set<Node>(outers);
  let level = outers.map((promise): Way => ({ promise, combinators: [] }));
  while (level.length > 0) {
    const next: Way[] = [];
    for (const { promise, combinators } of level) {
      for (const waiter of graph.waiters(promise)) {
        if (waiter.kind === 'function') {
          const suspended = graph.suspended.get(waiter.generator);
          if (suspended) callers.push({ suspended, combinators });
        } else if (!seen.has(waiter.promise)) {
          seen.add(waiter.promise);
          const { combinator } = waiter;
          next.push({
            promise: waiter.promise,
            combinators: combinator ? [...combinators, combinator] : combinators,
          });
        }
      }
    }
    level = next;
  }
  return callers;
}

interface Way {
  promise: Node;
  combinators: readonly Combinator[];
}

/** The way out where it is the only one and does not lead back into itself; else undefined. */
function onlyWayOut(
  start: Suspended,
  callers: ReadonlyMap<Node, readonly Caller[]>,
): LogicalStack | undefined {
  const steps: StackStep[] = [{ kind: 'function', suspended: start }];
  for (let functions = 1, at = start; ; functions++) {
    const outwards = callers.get(at.generator) ?? NOBODY;
    const [caller] = outwards;
    if (!caller) return { steps, circular: false };
    if (outwards.length > 1 || functions >= MAX_UNSEEN) return undefined;
    for (const combinator of caller.combinators) steps.push({ kind: 'combinator', combinator });
    steps.push({ kind: 'function', suspended: caller.suspended });
    at = caller.suspended;
  }
}

/** A longer way may be a circle. */
const MAX_UNSEEN = 50;

/** Depth first, without recursion: stacks may be deep. */
function walkOut(
  start: Suspended,
  callers: ReadonlyMap<Node, readonly Caller[]>,
  found: (stack: LogicalStack) => void,
): void {
  interface Place {
    suspended: Suspended;
    steps: StackStep[];
    next: number;
  }
  const path: Place[] = [{ suspended: start, steps: [{ kind: 'function', suspended: start }], next: 0 }];
  const onPath = new Set<Node>([start.generator]);
  const steps = (): StackStep[] => path.flatMap((place) => place.steps);
  let ways = 0;
  while (path.length > 0 && ways < MAX_WAYS) {
    const place = path.at(-1)!;
    const outwards = callers.get(place.suspended.generator) ?? [];
    const caller = outwards[place.next++];
    if (caller && path.length < MAX_DEPTH && !onPath.has(caller.suspended.generator)) {
      const between = caller.combinators.map((combinator): StackStep => ({ kind: 'combinator', combinator }));
      path.push({
        suspended: caller.suspended,
        steps: [...between, { kind: 'function', suspended: caller.suspended }],
        next: 0,
      });
      onPath.add(caller.suspended.generator);
      continue;
    }
    const outermost = outwards.length === 0 || path.length >= MAX_DEPTH;
    if (caller ? onPath.has(caller.suspended.generator) : outermost) {
      found({ steps: steps(), circular: caller !== undefined });
      ways++;
    }
    if (!caller) {
      path.pop();
      onPath.delete(place.suspended.generator);
    }
  }
}
