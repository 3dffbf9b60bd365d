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
    const { places } = byPlace(notes, measured, ({ emitter, event }) => `${emitter}\n${event}`);
    return places.filter((place) => grows(place, measured)).map((place) => describe(place, measured));
  },
};

function grows({ notes }: NotedPlace<ListenersNote>, { thresholds }: Measured): boolean {
  const { count, growing } = thresholds.listenerGrowth;
  const counts = notes.map((note) => note.count);
  const most = Math.max(...counts);
  return most >= count || (most > growing && most > Math.min(...counts));
}

function describe({ frames, notes }: NotedPlace<ListenersNote>, measured: Measured): Finding {
  const [at, ...outer] = frames;
  const most = notes.reduce((a, b) => (b.count > a.count ? b : a));
  const { warnCount, growing } = measured.thresholds.listenerGrowth;
  const seen = notes.filter((note) => note.count > growing).length;
  return {
    rule: 'listener-growth',
    severity: most.count >= warnCount || seen > 1 ? 'warning' : 'info',
    confidence: 'measured',
    message: `${most.count} listeners for '${most.event}' on one ${most.emitter}, added here and not removed: each is called for every event, and keeps its memory`,
    location: locationOf(at!),
    evidence: { count: most.count, totalMs: 0, maxMs: 0, p99Ms: 0, loopShare: 0, routes: [] },
    chain: stepsOf(outer),
    related: [],
  };
}
