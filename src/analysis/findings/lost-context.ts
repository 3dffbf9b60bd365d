import type { Finding } from '../../model/finding.ts';
import type { StoreLostNote } from '../../model/note.ts';
import type { FindingRule, Measured } from '../measured.ts';
import { byPlace } from '../noted-places.ts';
import type { NotedPlace } from '../noted-places.ts';
import { locationOf, ownFrames, stepsOf } from '../places.ts';
import { formatTimes, inRoutes } from '../words.ts';
import { recheckCount } from '../recheck.ts';

/** An AsyncLocalStorage gave nothing in work that was begun where it had a store. */
export const lostContext: FindingRule = {
  id: 'lost-context',
  find: (measured, _earlier, problems) => {
    const { places } = byPlace(
      measured.notes.filter((note) => note.kind === 'store-lost'),
      measured,
    );
    const needed = measured.thresholds.lostContext.count;
    return places.flatMap((place) => {
      if (place.notes.length >= needed) return [describe(place, measured)];
      const seen = `a store was lost ${formatTimes(place.notes.length)}`;
      problems.push(recheckCount('lost-context', seen, needed));
      return [];
    });
  },
};

function describe({ frames, notes }: NotedPlace<StoreLostNote>, measured: Measured): Finding {
  const [at, ...outer] = frames;
  const routes = [
    ...new Set(notes.flatMap(({ id }) => measured.requests.route(measured.work.ids.request(id)) ?? [])),
  ];
  const types = [...new Set(notes.map(({ type }) => type))];
  const edge = notes.flatMap(({ id }) =>
    ownFrames(measured.births.get(id)?.stack ?? 0, measured.tables).slice(0, 1),
  )[0];
  return {
    rule: 'lost-context',
    severity: 'warning',
    confidence: 'measured',
    message: `An AsyncLocalStorage had no store here ${formatTimes(notes.length)} although the work was begun with one${inRoutes(routes)}: it was lost on the way through ${through(types)}. Wrap the callback with AsyncResource.bind or AsyncLocalStorage.snapshot where it is handed over`,
    location: locationOf(at!),
    evidence: { count: notes.length, totalMs: 0, maxMs: 0, p99Ms: 0, loopShare: 0, routes },
    chain: [...stepsOf(outer), ...routes.map((label) => ({ kind: 'http-request' as const, label }))],
    related: edge ? [{ message: 'created here', location: locationOf(edge) }] : [],
  };
}

/** `a TCPWRAP`, `a PROMISE or a Timeout` */
function through(types: readonly string[]): string {
  return types.map((type) => (type === 'PROMISE' ? 'a promise' : `a ${type}`)).join(' or ');
}
