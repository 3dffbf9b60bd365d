import { millis } from '../../base/figures.ts';
import type { Culprit, Finding } from '../../model/finding.ts';
import type { SourceLocation } from '../../model/location.ts';
import { microsToMillis, round1 } from '../../model/units.ts';
import { culpritWords } from '../culprit-words.ts';
import type { FindingRule, Measured } from '../measured.ts';
import type { IntervalRecord } from '../passes/intervals.ts';
import { locationOf, ownFrames } from '../places.ts';
import { ascending, quantile } from '../statistics.ts';
import { heldWithin } from '../waits-by-line.ts';
import { formatShare } from '../words.ts';

/** Share of a timer's lateness that held loops must explain: the rest may be a timer that is set anew by hand. */
const EXPLAINED = 0.6;

/** An interval falls behind: each firing waits for its turn, and Node counts the next one from there. */
export const timerDrift: FindingRule = {
  id: 'timer-drift',
  find: (measured) =>
    measured.intervals.records.flatMap((interval) => {
      const drift = driftOf(interval, measured);
      const location = drift && createdAt(interval, measured);
      return location ? [describe(interval, drift, location, measured)] : [];
    }),
};

interface Drift {
  periodMs: number;
  /** Lateness of each firing, ascending, ms. */
  late: number[];
  lostMs: number;
  share: number;
}

function driftOf(interval: IntervalRecord, measured: Measured): Drift | undefined {
  const limits = measured.thresholds.timerDrift;
  const { firings } = interval;
  if (firings.length < limits.firings) return undefined;
  const gaps: number[] = [];
  for (let i = 1; i < firings.length; i++) gaps.push(firings[i]!.startUs - firings[i - 1]!.startUs);
  // What the timer was set to is not recorded; the shortest of its gaps come close.
  const periodUs = quantile(ascending(gaps), 0.1);
  const late = ascending(gaps.map((gap) => microsToMillis(Math.max(0, gap - periodUs))));
  const lostMs = late.reduce((sum, ms) => sum + ms, 0);
  const totalMs = microsToMillis(firings.at(-1)!.startUs - firings[0]!.startUs);
  if (lostMs < totalMs * limits.share || quantile(late, 0.9) < limits.lateMs) return undefined;
  let heldMs = 0;
  for (let i = 1; i < firings.length; i++) {
    const due = firings[i - 1]!.startUs + periodUs;
    heldMs += microsToMillis(heldWithin(measured.holds, due, firings[i]!.startUs));
  }
  if (heldMs < lostMs * EXPLAINED) return undefined;
  return { periodMs: microsToMillis(periodUs), late, lostMs, share: lostMs / totalMs };
}

function describe(
  { firings }: IntervalRecord,
  drift: Drift,
  location: SourceLocation,
  measured: Measured,
): Finding {
  const { late, lostMs, periodMs, share } = drift;
  const because = culpritWords(culprits(measured));
  return {
    rule: 'timer-drift',
    severity: share >= 0.3 ? 'warning' : 'info',
    confidence: 'measured',
    message: `Fires every ${millis(periodMs)} at best, but lost ${millis(lostMs)} over ${firings.length} firings, ${formatShare(share)} of its time${because ? `, because ${because}` : ''}`,
    location,
    evidence: {
      count: late.filter((ms) => ms >= measured.thresholds.timerDrift.lateMs).length,
      totalMs: round1(lostMs),
      maxMs: round1(late.at(-1)!),
      p99Ms: round1(quantile(late, 0.99)),
      loopShare: 0,
      routes: [],
    },
    chain: [],
    related: [],
  };
}

/** Who held the loop most, over the whole recording. */
function culprits({ hotspots }: Measured): Culprit[] {
  return [...hotspots]
    .sort((a, b) => b.totalUs - a.totalUs)
    .slice(0, 2)
    .map(({ location, cause, totalUs, routes }) => ({
      ms: round1(microsToMillis(totalUs)),
      cause,
      location,
      ...(routes[0] && { route: routes[0].route }),
    }));
}

/** Where the timer was set, as seen at its creation or among the open handles; else the only `setInterval` of the program. */
function createdAt(
  { id }: IntervalRecord,
  { births, notes, tables, facts }: Measured,
): SourceLocation | undefined {
  const handles = notes.flatMap((note) => (note.kind === 'handles' ? note.handles : []));
  const stack = births.get(id)?.stack ?? handles.find((handle) => handle.id === id)?.stack ?? 0;
  const [frame] = ownFrames(stack, tables);
  if (frame) return locationOf(frame);
  const calls = facts.flatMap(({ file, calls }) =>
    calls.filter((call) => call.callee === 'setInterval').map(({ line, column }) => ({ file, line, column })),
  );
  return calls.length === 1 ? calls[0] : undefined;
}
