import type { Finding } from '../../model/finding.ts';
import type { SourceLocation } from '../../model/location.ts';
import type { ListenersNote } from '../../model/note.ts';
import type { ListenerLeak } from '../../model/source-facts.ts';
import { microsToMillis } from '../../model/units.ts';
import type { FindingRule, Measured } from '../measured.ts';
import { byPlace } from '../noted-places.ts';
import { lineKey, locationOf, stepsOf } from '../places.ts';
import { runsSeen } from '../runs-seen.ts';
import { inRoutes } from '../words.ts';

/** An emitter gets more and more listeners for one event, added by the same line. */
export const listenerGrowth: FindingRule = {
  id: 'listener-growth',
  find: (measured) => {
    const notes = measured.notes.filter((note) => note.kind === 'listeners');
    const { places } = byPlace(notes, measured, keyOf);
    const told = places.flatMap(({ frames, notes: [first] }) => {
      // Later counts of the same event need not say who added the last one.
      const same = notes.filter((note) => keyOf(note) === keyOf(first!));
      const [at, ...outer] = frames;
      return grows(same, measured) ? [describe(locationOf(at!), stepsOf(outer), same, measured)] : [];
    });
    const placed = new Set(places.flatMap((place) => place.notes.map(keyOf)));
    const counted = notes.filter((note) => !placed.has(keyOf(note)));
    const found = [...told, ...provenBySource(counted, measured)];
    const lines = new Set(found.map(({ location }) => lineKey(location)));
    return [...found, ...seenToRun(measured).filter(({ location }) => !lines.has(lineKey(location)))];
  },
};

const keyOf = ({ emitter, event }: ListenersNote): string => `${emitter}\n${event}`;

/** Counted without having been seen to be added: the only line whose source proves that each of its runs adds one more. */
function provenBySource(notes: readonly ListenersNote[], measured: Measured): Finding[] {
  return [...new Set(notes.map(keyOf))].flatMap((key) => {
    const same = notes.filter((note) => keyOf(note) === key);
    const leaks = measured.facts.flatMap(({ file, leaks: all = [] }) =>
      all
        .filter((leak) => same.some((note) => isOf(leak, note)))
        .map(({ line, column }) => ({ file, line, column })),
    );
    const [at] = leaks;
    return at && leaks.length === 1 && grows(same, measured) ? [describe(at, [], same, measured)] : [];
  });
}

/** Not counted, as nobody can ask their emitter: lines whose source proves that each run adds one more, and that were seen to run. */
function seenToRun(measured: Measured): Finding[] {
  const { executions, spreadMs, warnCount } = measured.thresholds.listenerGrowth;
  return measured.facts.flatMap(({ file, leaks = [] }) =>
    leaks.flatMap(({ emitter, event, line, column, within = [] }): Finding[] => {
      if (within.length === 0) return [];
      const { count, overUs, routes } = runsSeen(file, within, measured);
      if (count < executions || microsToMillis(overUs) < spreadMs) return [];
      return [
        {
          rule: 'listener-growth',
          severity: count >= warnCount ? 'warning' : 'info',
          confidence: 'likely',
          message: `Each run of this adds a listener for '${event}' to ${emitter}, and none is removed: at least ${count} were added${inRoutes(routes)}; each is called for every event, and keeps its memory`,
          location: { file, line, column },
          evidence: { count, totalMs: 0, maxMs: 0, p99Ms: 0, loopShare: 0, routes },
          chain: routes.map((label) => ({ kind: 'http-request' as const, label })),
          related: [],
        },
      ];
    }),
  );
}

/** A class says which emitter it was only where the program calls its variable by it: `process`, `socket`. */
const isOf = (leak: ListenerLeak, { emitter, event }: ListenersNote): boolean =>
  leak.event === event && leak.emitter.toLowerCase() === emitter.toLowerCase();

function grows(notes: readonly ListenersNote[], { thresholds }: Measured): boolean {
  return Math.max(...notes.map((note) => note.count)) >= thresholds.listenerGrowth.count;
}

function describe(
  location: SourceLocation,
  chain: Finding['chain'],
  notes: readonly ListenersNote[],
  measured: Measured,
): Finding {
  const most = notes.reduce((a, b) => (b.count > a.count ? b : a));
  const { warnCount } = measured.thresholds.listenerGrowth;
  const grew = new Set(notes.map((note) => note.count)).size > 1;
  return {
    rule: 'listener-growth',
    severity: most.count >= warnCount || grew ? 'warning' : 'info',
    confidence: 'measured',
    message: `${most.count} listeners for '${most.event}' on one ${most.emitter}, added here and not removed: each is called for every event, and keeps its memory`,
    location,
    evidence: { count: most.count, totalMs: 0, maxMs: 0, p99Ms: 0, loopShare: 0, routes: [] },
    chain,
    related: [],
  };
}
