import type { Finding } from '../../model/finding.ts';
import type { ListenersNote } from '../../model/note.ts';
import type { FindingRule, Measured } from '../measured.ts';
import { byPlace } from '../noted-places.ts';
import type { NotedPlace } from '../noted-places.ts';
import { locationOf, stepsOf } from '../places.ts';

/** An emitter gets more and more listeners for one event, added by the same line. */
export const listenerGrowth: FindingRule = {
  id: 'listener-growth',
  find: (measured) => {
    const notes = measured.notes.filter((note) => note.kind === 'listeners');
    const { places } = byPlace(notes, measured, keyOf);
    return places.flatMap(({ frames, notes: [first] }) => {
      // Later counts of the same event need not say who added the last one.
      const same = notes.filter((note) => keyOf(note) === keyOf(first!));
      const place = { frames, notes: same };
      return grows(place, measured) ? [describe(place, measured)] : [];
    });
  },
};

const keyOf = ({ emitter, event }: ListenersNote): string => `${emitter}\n${event}`;

function grows({ notes }: NotedPlace<ListenersNote>, { thresholds }: Measured): boolean {
  return Math.max(...notes.map((note) => note.count)) >= thresholds.listenerGrowth.count;
}

function describe({ frames, notes }: NotedPlace<ListenersNote>, measured: Measured): Finding {
  const [at, ...outer] = frames;
  const most = notes.reduce((a, b) => (b.count > a.count ? b : a));
  const { warnCount } = measured.thresholds.listenerGrowth;
  const grew = new Set(notes.map((note) => note.count)).size > 1;
  return {
    rule: 'listener-growth',
    severity: most.count >= warnCount || grew ? 'warning' : 'info',
    confidence: 'measured',
    message: `${most.count} listeners for '${most.event}' on one ${most.emitter}, added here and not removed: each is called for every event, and keeps its memory`,
    location: locationOf(at!),
    evidence: { count: most.count, totalMs: 0, maxMs: 0, p99Ms: 0, loopShare: 0, routes: [] },
    chain: stepsOf(outer),
    related: [],
  };
}
