import type { SourceLocation } from '../../model/location.ts';
import type { FunctionRange, SourceFacts } from '../../model/source-facts.ts';
import { firstWhere } from '../statistics.ts';

/** A function of the source, and the one that it is written in. */
export interface SourceFunction extends FunctionRange {
  file: string;
  outer: SourceFunction | undefined;
}

/** Which functions of the source are written around a place. */
export class SourceFunctions {
  /** Of each file, in the order in which they begin. */
  readonly #files = new Map<string, SourceFunction[]>();

  constructor(facts: readonly SourceFacts[]) {
    for (const { file, functionRanges: functions = [] } of facts) {
      const sorted = [...functions].sort((a, b) => compare(a.start, b.start) || compare(b.end, a.end));
      const open: SourceFunction[] = [];
      const known = sorted.map((range) => {
        while (open.length > 0 && compare(open.at(-1)!.end, range.start) <= 0) open.pop();
        const one: SourceFunction = { ...range, file, outer: open.at(-1) };
        open.push(one);
        return one;
      });
      this.#files.set(file, known);
    }
  }

  /** The innermost function around a place; undefined at module level, and where the source is not known. */
  at(place: SourceLocation): SourceFunction | undefined {
    const functions = this.#files.get(place.file);
    if (!functions) return undefined;
    const next = firstWhere(functions.length, (i) => compare(functions[i]!.start, place) > 0);
    let one = functions[next - 1];
    while (one && compare(one.end, place) <= 0) one = one.outer;
    return one;
  }
}

interface Place {
  line: number;
  column: number;
}

function compare(a: Place, b: Place): number {
  return a.line - b.line || a.column - b.column;
}
