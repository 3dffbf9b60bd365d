import type { SourceLocation } from '../model/location.ts';
import type { Measured } from './measured.ts';
import type { IntervalRecord } from './passes/intervals.ts';
import { onlyCall } from './only-call.ts';
import { locationOf, ownFrames } from './places.ts';

/** Where the timer was set, as seen at its creation or among the open handles; else the only `setInterval` of the program. */
export function timerSetAt(
  { id }: IntervalRecord,
  { births, notes, tables, facts }: Measured,
): SourceLocation | undefined {
  const handles = notes.flatMap((note) => (note.kind === 'handles' ? note.handles : []));
  const stack = births.get(id)?.stack ?? handles.find((handle) => handle.id === id)?.stack ?? 0;
  const [frame] = ownFrames(stack, tables);
  if (frame) return locationOf(frame);
  return onlyCall('setInterval', facts);
}
