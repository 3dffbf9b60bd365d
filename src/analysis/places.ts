import type { Finding } from '../model/finding.ts';
import type { Frame, SourceLocation } from '../model/location.ts';

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
