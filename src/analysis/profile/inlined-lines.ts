import type { Frame } from '../../model/location.ts';
import type { LineRange, SourceFacts } from '../../model/source-facts.ts';
import { functionKey } from './call-path.ts';
import { lastName } from './frame-cause.ts';
import { busiestLine } from './profile-place.ts';
import type { ProfilePlace } from './profile-place.ts';

/**
 * Gives a function back its time that V8 tells with its caller's, since it had been inlined: the lines of that time are its
 * own. Without this, one piece of work would be two, before V8 inlined it and after. Only where the profile knows the
 * function by itself, too, and both are in one file: of other files, lines tell nothing.
 */
export function restoreInlined(
  places: readonly ProfilePlace[],
  facts: readonly SourceFacts[],
): ProfilePlace[] {
  const functions = new Map(facts.map(({ file, functions: ranges = [] }) => [file, ranges]));
  const known = new Map<string, Frame>();
  for (const { path } of places)
    for (const { frame } of path.levels) known.set(`${frame.file}\n${frame.line}`, frame);
  return places.map((place) => {
    const { path } = place;
    const level = path.levels.at(-1);
    const line = busiestLine(place.ticks);
    if (!level || level.frame.owner !== 'own' || !path.below.self || line === undefined) return place;
    const { file, line: begins } = level.frame;
    const inner = linesAround(functions.get(file) ?? [], begins, line)
      .map((first) => known.get(`${file}\n${first}`))
      .find((frame) => frame !== undefined);
    if (!inner) return place;
    const key = functionKey(inner, 'start');
    if (path.levels.some((one) => one.key === key)) return place;
    const caller = { ...level, callee: lastName(inner.function) };
    const levels = [...path.levels.slice(0, -1), caller, { key, frame: inner, callee: '' }];
    return { ...place, path: { ...path, levels } };
  });
}

/** First lines of the functions around `line`, innermost first; none where that line is in the function that begins at `begins`. */
function linesAround(ranges: readonly LineRange[], begins: number, line: number): number[] {
  const around = ranges.filter(({ first, last }) => first <= line && line <= last);
  const isKnown = ranges.some(({ first }) => first === begins);
  if (!isKnown || around.some(({ first }) => first === begins)) return [];
  return around.map(({ first }) => first).sort((a, b) => b - a);
}
