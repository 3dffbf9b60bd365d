import type { Frame } from '../model/location.ts';
import type { StackId } from '../model/ids.ts';
import type { Measured } from './measured.ts';
import { lineKey, ownFrames } from './places.ts';

/** Things noted at one line. */
export interface NotedPlace<T> {
  /** Own frames, the innermost first; at least one. */
  frames: Frame[];
  notes: T[];
}

/** Brings notes together by the innermost own line of their stacks; those without one are counted. */
export function byPlace<T extends { stack: StackId }>(
  notes: readonly T[],
  { tables }: Measured,
  more: (note: T) => string = () => '',
): { places: NotedPlace<T>[]; lost: number } {
  const places = new Map<string, NotedPlace<T>>();
  let lost = 0;
  for (const note of notes) {
    const frames = ownFrames(note.stack, tables);
    const [at] = frames;
    if (!at) {
      lost++;
      continue;
    }
    const key = `${lineKey(at)}\n${more(note)}`;
    const place = places.get(key) ?? { frames, notes: [] };
    place.notes.push(note);
    places.set(key, place);
  }
  return { places: [...places.values()], lost };
}
