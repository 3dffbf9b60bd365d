import type { SourceLocation } from '../model/location.ts';
import type { SourceFacts } from '../model/source-facts.ts';

/** The one place in the program's source that calls a function of this name; undefined where none does, or several. */
export function onlyCall(callee: string, facts: readonly SourceFacts[]): SourceLocation | undefined {
  const places = facts.flatMap(({ file, calls }) =>
    calls.filter((call) => call.callee === callee).map(({ line, column }) => ({ file, line, column })),
  );
  return places.length === 1 ? places[0] : undefined;
}
