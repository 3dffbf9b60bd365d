import { lastName } from './profile/frame-cause.ts';
import { busiestLine } from './profile/profile-place.ts';
import type { CallPath, Level } from './profile/call-path.ts';
import type { Hold } from './holds.ts';
import type { ProfileIndex } from './profile/profile-index.ts';
import { countOf } from './statistics.ts';
import { asSampledElsewhere, ENOUGH } from './traced.ts';

/**
 * Puts right what the profile cannot see. A function that V8 had inlined before the profile began shows as time of its
 * caller, at the line of the call or none. A stack trace taken in the same hold has all frames; where one passes
 * through the sampled function at that very line, or the samples show no own code at all, and goes deeper into own
 * code, it tells where the time went. At another line it may be an innocent call that came after: it decides nothing.
 *
 * Which function was called is certain then; what that one did is not, since a trace is only taken where V8 looks for
 * interrupts, at calls and at the ends of loops. Where the profile has seen that function by itself, too, its samples tell.
 *
 * @param seen what the profile shows of a hold
 * @param traces paths of the stack traces of the same hold, with exact lines
 */
export function seeInlined(
  seen: Hold['seen'],
  traces: readonly CallPath[],
  profile: Pick<ProfileIndex, 'inside'>,
): Hold['seen'] {
  if (traces.length === 0) return seen;
  const known = seen.flatMap(({ path }) => path.levels);
  return seen.flatMap((entry) => {
    const deeper = traces.flatMap((trace) => {
      const called = goesDeeper(entry, trace);
      return called ? [{ trace, called }] : [];
    });
    return deeper
      .flatMap(({ trace, called }) => {
        const count = entry.count / deeper.length;
        const sampled = profile.inside(called.frame);
        const all = countOf(sampled);
        // A few samples say no more than the trace does.
        if (all < ENOUGH) {
          return asSampledElsewhere(trace, trace.levels.indexOf(called), profile).map((one) =>
            one.place
              ? { ...one, count: one.count * count }
              : { path: { ...trace, levels: trace.levels.map((level) => asSampled(level, known)) }, count },
          );
        }
        return sampled.map(({ place, count: share }) => ({
          path: place.path,
          place,
          count: (count * share) / all,
        }));
      })
      .concat(deeper.length === 0 ? [entry] : []);
  });
}

/** A function of a trace under the key that it has in the samples: there it is known by its first line, here by a later one. */
function asSampled(level: Level, known: readonly Level[]): Level {
  const { file, line } = level.frame;
  const name = lastName(level.frame.function);
  let best: Level | undefined;
  for (const other of known) {
    const { frame } = other;
    if (frame.file !== file || frame.line > line || lastName(frame.function) !== name) continue;
    if (!best || frame.line > best.frame.line) best = other;
  }
  return best ? { ...level, key: best.key } : level;
}

/** The level of the trace that was called from what was sampled; undefined where the trace does not tell. */
function goesDeeper({ path, place }: Hold['seen'][number], trace: CallPath): Level | undefined {
  if (path.kind !== 'code' || path.loading || !isOwn(trace)) return undefined;
  const last = path.levels.at(-1);
  // Time of Node's own JavaScript, or of a package's: nothing that would be known to block.
  if (!last || last.frame.owner !== 'own') {
    return path.below.cause === 'javascript' ? trace.levels.at(-1) : undefined;
  }
  if (!path.below.self) return undefined;
  const at = trace.levels.findIndex(
    ({ frame }) =>
      frame.file === last.frame.file && lastName(frame.function) === lastName(last.frame.function),
  );
  if (at < 0 || at === trace.levels.length - 1) return undefined;
  return trace.levels[at]!.frame.line === busiestLine(place?.ticks ?? []) ? trace.levels[at + 1] : undefined;
}

function isOwn(trace: CallPath): boolean {
  return trace.levels.at(-1)?.frame.owner === 'own';
}
