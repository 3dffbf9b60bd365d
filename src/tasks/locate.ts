import type { SourceLocator } from '../inspector/ports.ts';
import type { SourceLocation } from '../model/location.ts';
import type { TaskFrame, TaskFrameKind, TaskOrigin } from '../model/task.ts';
import type { CodeOrigin } from './creations.ts';
import { ANONYMOUS } from './names.ts';

/** A place of the running code, lines and columns from 1. */
interface CodePlace {
  function: string;
  url: string;
  line: number;
  column: number;
}

/** The author's frame for a frame of the running code. */
export async function locateFrame(
  locator: SourceLocator,
  frame: CodePlace & { exact: boolean; kind: TaskFrameKind },
): Promise<TaskFrame> {
  const { function: name, url, line, column, exact, kind } = frame;
  if (kind !== 'await') return { function: name, file: '', line: 0, column: 0, exact, kind, owner: 'native' };
  const found = await locator.locate(name, url, line, column);
  return {
    function: name,
    file: found.file,
    line: found.line,
    column: found.column,
    exact,
    kind,
    owner: found.owner,
    ...(found.unmapped && { unmapped: true }),
  };
}

/** The author's place for a function. */
export async function locatePlace(locator: SourceLocator, place: CodePlace): Promise<SourceLocation> {
  const { file, line, column } = await locator.locate(place.function, place.url, place.line, place.column);
  return { file, line, column, ...(place.function && { function: place.function }) };
}

/** The author's place for a call. */
export async function locateOrigin(locator: SourceLocator, origin: CodeOrigin): Promise<TaskOrigin> {
  const { file, line, column } = await locator.locate(
    origin.function,
    origin.url,
    origin.line,
    origin.column,
  );
  return { function: origin.function || ANONYMOUS, file, line, column, count: origin.count };
}
