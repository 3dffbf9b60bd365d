import { lastName } from './profile/frame-cause.ts';
import { busiestLine } from './profile/profile-place.ts';
import type { CallPath, Level } from './profile/call-path.ts';
import type { Hold } from './holds.ts';
import { functionName } from './profile/profile-index.ts';
import type { ProfileIndex } from './profile/profile-index.ts';
import { countOf } from './statistics.ts';

/** Samples of a function from which on they tell where its time goes. */
export const ENOUGH = 20;

/**
 * What a stack trace shows, put right by the profile. V8 takes traces only where it looks for interrupts: at calls, and not
 * in loops that it has unrolled or inlined. So after a long loop a trace catches whatever short call comes next. Where the
 * samples of other times show that a function on the stack works more in its own lines than in what it called there, they tell
 * where its time went.
 *
 * @param from index of the outermost level that is looked at
 */
export function asSampledElsewhere(
  trace: CallPath,
  from: number,
  profile: Pick<ProfileIndex, 'inside'>,
): Hold['seen'] {
  for (const [i, level] of trace.levels.entries()) {
    // Functions without a name cannot be told apart by it.
    if (i < from || nameOf(level) === '') continue;
    const next = trace.levels[i + 1];
    const inside = profile.inside(level.frame);
    const own = inside.filter(({ place: { path } }) => path.below.self && isSame(path.levels.at(-1), level));
    const called = inside.filter(({ place: { path } }) =>
      next
        ? path.levels.some((one) => isSame(one, next))
        : !path.below.self && path.below.key === trace.below.key,
    );
    const [count, below] = [countOf(own), countOf(called)];
    if (count < ENOUGH || count <= below) continue;
    // The line of the call itself: time of what was inlined there.
    if (busiestLine(own.flatMap(({ place }) => place.ticks)) === level.frame.line) continue;
    return own.map(({ place, count: share }) => ({ path: place.path, place, count: share / count }));
  }
  return [{ path: trace, count: 1 }];
}

const nameOf = ({ frame }: Level): string => lastName(frame.function);

function isSame(a: Level | undefined, b: Level): boolean {
  return a !== undefined && functionName(a.frame) === functionName(b.frame);
}
