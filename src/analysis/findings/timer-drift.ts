import { millis } from '../../base/figures.ts';
import type { Culprit, Finding } from '../../model/finding.ts';
import type { SourceLocation } from '../../model/location.ts';
import { microsToMillis, round1 } from '../../model/units.ts';
import { culpritWords } from '../culprit-words.ts';
import type { FindingRule, Measured } from '../measured.ts';
import type { IntervalRecord } from '../passes/intervals.ts';
import { lineKey } from '../places.ts';
import { timerSetAt } from '../timer-place.ts';
import { ascending, quantile } from '../statistics.ts';
import { heldWithin } from '../waits-by-line.ts';
import { formatShare } from '../words.ts';

/** Share of a timer's lateness that held loops must explain: the rest may be a timer that is set anew by hand. */
const EXPLAINED = 0.6;

/** An interval falls behind: each firing waits for its turn, and Node counts the next one from there. */
export const timerDrift: FindingRule = {
  id: 'timer-drift',
  find: (measured) => {
    const byPlace = new Map<string, { location: SourceLocation; drifts: Drift[] }>();
    for (const interval of measured.intervals.records) {
      const drift = driftOf(interval, measured);
      const location = drift && timerSetAt(interval, measured);
      if (!location) continue;
      const key = `${lineKey(location)}:${location.column}`;
      const place = byPlace.get(key) ?? { location, drifts: [] };
      place.drifts.push(drift);
      byPlace.set(key, place);
    }
    return [...byPlace.values()].map(({ location, drifts }) => describe(drifts, location, measured));
  },
};

interface Drift {
  firings: number;
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
  const periodMs = microsToMillis(periodUs);
  return { firings: firings.length, periodMs, late, lostMs, share: lostMs / totalMs };
}

/** Of several intervals that are set at one place, as one for each connection, the words tell of the worst. */
function describe(drifts: Drift[], location: SourceLocation, measured: Measured): Finding {
  const [worst] = drifts.sort((a, b) => b.lostMs - a.lostMs);
  const { firings, lostMs, periodMs, share } = worst!;
  const late = ascending(drifts.flatMap((drift) => drift.late));
  const many = drifts.length > 1 ? `${drifts.length} timers are set here; one fires` : 'Fires';
  const because = culpritWords(culprits(measured));
  return {
    rule: 'timer-drift',
    severity: share >= 0.3 ? 'warning' : 'info',
    confidence: 'measured',
    message: `${many} every ${millis(periodMs)} at best, but lost ${millis(lostMs)} over ${firings} firings, ${formatShare(share)} of its time${because ? `, because ${because}` : ''}`,
    location,
    evidence: {
      count: late.filter((ms) => ms >= measured.thresholds.timerDrift.lateMs).length,
      totalMs: round1(drifts.reduce((sum, drift) => sum + drift.lostMs, 0)),
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
