import type { TSESLint } from '@typescript-eslint/utils';
import type { FunctionNode, Node } from './ast.ts';
import { isFunction } from './ast.ts';

/** A stretch of code without branches. */
export type Segment = Pick<TSESLint.CodePathSegment, 'id' | 'nextSegments' | 'prevSegments' | 'reachable'>;

/** A function's ways through its code, with what a rule marked on them. */
export interface Flow<Mark> {
  /** Undefined for the module itself. */
  fn: FunctionNode | undefined;
  initial: Segment;
  /** Where it returns, by `return` or by reaching its end. */
  returned: readonly Segment[];
  /** In source order, for each segment. */
  marks: ReadonlyMap<string, readonly Mark[]>;
}

export interface FlowTracker<Mark> {
  /** To be spread into the rule's listeners. */
  listeners: TSESLint.RuleListener;
  /** Notes something at the place that is being visited; call it in a listener. */
  mark(value: Mark): void;
}

/**
 * Follows ESLint's code path analysis and hands over each function when it has been walked.
 *
 * ```
 *   if (a) done();       s1 ── a ──► s2 [done] ──► s3 [done]
 *   done();               └──── !a ──────────────► s3 [done]
 * ```
 * @param where nodes without which the rule has nothing to say: our engine follows the code around them only
 */
export function trackFlow<Mark>(
  where: readonly Node[],
  onEnd: (flow: Flow<Mark>) => void,
): FlowTracker<Mark> {
  interface Frame {
    current: Set<Segment>;
    marks: Map<string, Mark[]>;
  }
  const frames: Frame[] = [];
  const enter = (segment: Segment): void => void frames.at(-1)?.current.add(segment);
  const leave = (segment: Segment): void => void frames.at(-1)?.current.delete(segment);
  return {
    listeners: {
      [FLOW_NODES]: where,
      onCodePathStart: () => void frames.push({ current: new Set(), marks: new Map() }),
      onCodePathEnd: ((path: TSESLint.CodePath, node: Node): void => {
        const frame = frames.pop();
        if (!frame) return;
        onEnd({
          fn: isFunction(node) ? node : undefined,
          initial: path.initialSegment,
          returned: path.returnedSegments,
          marks: frame.marks,
        });
      }) as never,
      onCodePathSegmentStart: enter,
      onCodePathSegmentEnd: leave,
    },
    mark(value) {
      const frame = frames.at(-1);
      for (const { id } of frame?.current ?? []) {
        const known = frame!.marks.get(id);
        if (known) known.push(value);
        else frame!.marks.set(id, [value]);
      }
    },
  };
}

/** What a rule that follows code paths looks at; undefined for rules that follow none. */
export const flowNodes = (listeners: object): readonly Node[] | undefined =>
  (listeners as { [FLOW_NODES]?: readonly Node[] })[FLOW_NODES];

/** True when some way from the beginning to a return passes no mark that counts. */
export function returnsWithout<Mark>(flow: Flow<Mark>, counts: (mark: Mark) => boolean): boolean {
  const ends = new Set(flow.returned.filter(({ reachable }) => reachable).map(({ id }) => id));
  const seen = new Set<string>();
  const pending: Segment[] = [flow.initial];
  for (let at = pending.pop(); at; at = pending.pop()) {
    if (seen.has(at.id)) continue;
    seen.add(at.id);
    if (flow.marks.get(at.id)?.some(counts)) continue;
    if (ends.has(at.id)) return true;
    pending.push(...at.nextSegments);
  }
  return false;
}

/** Marks that some way reaches after another mark, each with the first such one. Ways round a loop do not count. */
export function repeats<Mark>(
  flow: Flow<Mark>,
  counts: (mark: Mark) => boolean,
): { first: Mark; again: Mark }[] {
  const found: { first: Mark; again: Mark }[] = [];
  const reported = new Set<Mark>();
  // Before a segment: the last mark on some way to it.
  const before = new Map<string, Mark | undefined>([[flow.initial.id, undefined]]);
  const pending: Segment[] = [flow.initial];
  for (let at = pending.pop(); at; at = pending.pop()) {
    let last = before.get(at.id);
    for (const mark of (flow.marks.get(at.id) ?? []).filter(counts)) {
      if (last !== undefined && last !== mark && !reported.has(mark)) {
        reported.add(mark);
        found.push({ first: last, again: mark });
      }
      last = mark;
    }
    for (const next of at.nextSegments) {
      if (before.has(next.id) && (before.get(next.id) !== undefined || last === undefined)) continue;
      if (isLoopBack(at, next)) continue;
      before.set(next.id, last);
      pending.push(next);
    }
  }
  return found;
}

/** ESLint looks at names that are strings only. */
const FLOW_NODES = Symbol('nodes whose code paths matter');

/** ESLint numbers segments in source order, so a way back leads to a lower number. */
const isLoopBack = (from: Segment, to: Segment): boolean => order(to) <= order(from);

const order = ({ id }: Segment): number => Number(/_(\d+)$/.exec(id)?.[1] ?? 0);
