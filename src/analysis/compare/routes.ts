import type { Change, ComparedFigure, ComparedRoute } from '../../model/comparison.ts';
import { compareQuantiles } from './bootstrap.ts';
import type { Run } from './run.ts';

/** Requests without which nothing can be said of a route, and of its slow ones. */
const ENOUGH = { p50: 20, p95: 60, p99: 300 };
/** Differences that are worth telling, ms. Slow requests differ more from run to run than usual ones. */
const QUANTILES = [
  { q: 0.5, effect: { relative: 0.1, absolute: 1 } },
  { q: 0.95, effect: { relative: 0.15, absolute: 2 } },
  { q: 0.99, effect: { relative: 0.25, absolute: 5 } },
] as const;

/** Each route of either recording, those that changed first. */
export function compareRoutes(base: Run, head: Run): ComparedRoute[] {
  const routes = new Set([...base.durations.keys(), ...head.durations.keys()]);
  return [...routes].map((route) => compareRoute(route, base, head)).sort(byInterest);
}

function compareRoute(route: string, base: Run, head: Run): ComparedRoute {
  const before = base.durations.get(route) ?? [];
  const after = head.durations.get(route) ?? [];
  const requests = { base: before.length, head: after.length };
  if (before.length === 0 || after.length === 0) return { route, change: 'unclear', requests };
  const fewest = Math.min(before.length, after.length);
  const known = (figure: ComparedFigure, needed: number): ComparedFigure =>
    fewest < needed ? { ...figure, change: 'unclear' } : figure;
  const [p50, p95, p99] = compareQuantiles(before, after, QUANTILES);
  const p50Ms = known(p50, ENOUGH.p50);
  const p95Ms = known(p95, ENOUGH.p95);
  const p99Ms = known(p99, ENOUGH.p99);
  const shares = sharesOf(route, base, head);
  return {
    route,
    change: together([p50Ms, p95Ms, p99Ms]),
    requests,
    p50Ms,
    p95Ms,
    p99Ms,
    ...(shares && { shares }),
  };
}

/** Worse in one figure is worse, whatever the others say: nobody wants to buy a median with slow outliers unknowingly. */
function together(figures: readonly ComparedFigure[]): Change {
  const changes = figures.map(({ change }) => change);
  for (const change of ['worse', 'better'] as const) if (changes.includes(change)) return change;
  return changes[0] === 'unclear' ? 'unclear' : 'no-difference';
}

function sharesOf(route: string, base: Run, head: Run): ComparedRoute['shares'] {
  const of = ({ report }: Run) => report.routes.find((known) => known.route === route)?.breakdown?.p50;
  const before = of(base);
  const after = of(head);
  return before && after && { base: before, head: after };
}

const RANK: Change[] = ['new', 'worse', 'gone', 'better', 'no-difference', 'unclear'];

function byInterest(a: ComparedRoute, b: ComparedRoute): number {
  return (
    RANK.indexOf(a.change) - RANK.indexOf(b.change) ||
    b.requests.base + b.requests.head - (a.requests.base + a.requests.head) ||
    (a.route < b.route ? -1 : 1)
  );
}
