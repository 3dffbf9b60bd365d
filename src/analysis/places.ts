import type { Finding } from '../model/finding.ts';
import type { ChainStep } from '../model/finding.ts';
import type { Frame, SourceLocation } from '../model/location.ts';
import type { RecordingTables } from '../model/recording.ts';

/** The place of a frame, without what else is known of it. */
export function locationOf({ file, line, column, function: name }: Frame): SourceLocation {
  return { file, line, column, ...(name && { function: name }) };
}

/** The same for places on the same line. */
export function lineKey({ file, line }: { file: string; line: number }): string {
  return `${file}\n${line}`;
}

/** `marked@12.0.0` */
export function packageName({ file, package: ref }: Frame): string {
  if (!ref) return file;
  return ref.version ? `${ref.name}@${ref.version}` : ref.name;
}

/** Says that a library did the work, and where it was entered; nothing without one. */
export function insideLibrary(frame: Frame | undefined): Finding['related'] {
  return frame ? [{ message: `inside ${packageName(frame)}`, location: locationOf(frame) }] : [];
}

/** The user's own frames of a stack, the innermost first; without those that stand for a `Promise.all`. */
export function ownFrames(stack: number, { stacks, frames }: RecordingTables): Frame[] {
  return (stacks[stack] ?? []).flatMap((id) => {
    const frame = frames[id];
    return id !== 0 && frame?.owner === 'own' && frame.async !== 'all' ? [frame] : [];
  });
}

/** Frames outwards from a finding's place, as steps. */
export function stepsOf(frames: readonly Frame[]): ChainStep[] {
  return frames.map((frame) => ({ kind: frame.async ?? 'call', ...locationOf(frame) }));
}

/** The place with most weight, and its share of all. */
export function heaviestPlace(
  places: Iterable<{ frames: Frame[]; weight: number }>,
): { frames: Frame[]; share: number; weight: number } | undefined {
  const byLine = new Map<string, { frames: Frame[]; weight: number }>();
  let all = 0;
  for (const { frames, weight } of places) {
    const [at] = frames;
    if (!at) continue;
    all += weight;
    const known = byLine.get(lineKey(at));
    if (known) known.weight += weight;
    else byLine.set(lineKey(at), { frames, weight });
  }
  let best: { frames: Frame[]; weight: number } | undefined;
  for (const place of byLine.values()) if (!best || place.weight > best.weight) best = place;
  return best && { ...best, share: best.weight / all };
}
