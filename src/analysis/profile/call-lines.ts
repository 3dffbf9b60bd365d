import type { Frame, SourceLocation } from '../../model/location.ts';
import type { RecordingTables, StallStack } from '../../model/recording.ts';
import type { CallSite, SourceFacts } from '../../model/source-facts.ts';
import type { Level } from './call-path.ts';
import { isSyncName, lastName } from './frame-cause.ts';

/** Lines within functions: what a profile does not say of the functions that are not on top. */
export class CallLines {
  /** Caller and callee -> line of the call -> how often a stack trace showed it, and its column. */
  readonly #seen = new Map<string, Map<number, Vote>>();
  /** Built-ins that were met at work, and where they were called. */
  readonly #builtins: { caller: Frame; name: string }[] = [];
  readonly #facts = new Map<string, SourceFacts>();

  constructor(stalls: readonly StallStack[], tables: RecordingTables, facts: readonly SourceFacts[]) {
    for (const fact of facts) this.#facts.set(fact.file, fact);
    for (const stall of stalls) {
      const frames = (tables.stacks[stall.stack] ?? []).map((id) => tables.frames[id]);
      for (let i = 1; i < frames.length; i++) {
        const [callee, caller] = [frames[i - 1], frames[i]];
        if (!callee || !caller || caller.owner === 'node') continue;
        this.#vote(caller, callee);
        if (callee.owner === 'native' && i === 1)
          this.#builtins.push({ caller, name: callee.function ?? '' });
      }
    }
  }

  /**
   * Where a function calls the next one: from stack traces taken while the loop was held, else from the source
   * when only one call there can be meant, or when `hints` (lines known to be busy) decide. Otherwise where the
   * function begins: a wrong line is worse than a vague one.
   */
  ofCall(
    { frame: caller, callee: name, callback }: Level,
    { hints = [], alike }: CallClues = {},
  ): SourceLocation {
    const seen = mostVotes(this.#seen.get(voteKey(caller, name)), caller.line);
    if (seen) return at(caller, seen.line, seen.column);
    const inCaller = this.#callsIn(caller);
    let calls = inCaller.filter((call) => call.callee === name);
    if (calls.length === 0 && callback !== undefined)
      calls = inCaller.filter((call) => call.line === callback);
    if (calls.length === 0 && alike) calls = inCaller.filter((call) => alike(call.callee));
    const lines = new Set(calls.map((call) => call.line));
    if (lines.size === 1) return at(caller, calls[0]!.line, columnOf(calls, calls[0]!.line));
    const hinted = hints.filter((line) => lines.has(line));
    if (new Set(hinted).size === 1) return at(caller, hinted[0]!, columnOf(calls, hinted[0]!));
    return at(caller, caller.line, caller.column);
  }

  /** The built-in that a function was most often met in, where the source tells which lines are the function's own. */
  builtinIn({ file, function: name, line }: Frame): { location: SourceLocation; name: string } | undefined {
    const { functions = [] } = this.#facts.get(file) ?? {};
    const range = functions.find(({ first }) => first === line);
    if (!range) return undefined;
    const votes = new Map<string, { caller: Frame; name: string; count: number }>();
    for (const { caller, name: builtin } of this.#builtins) {
      if (caller.file !== file || lastName(caller.function) !== lastName(name)) continue;
      if (caller.line < range.first || caller.line > range.last) continue;
      const key = `${caller.line}:${caller.column} ${builtin}`;
      const vote = votes.get(key) ?? { caller, name: builtin, count: 0 };
      vote.count++;
      votes.set(key, vote);
    }
    const [most] = [...votes.values()].sort((a, b) => b.count - a.count);
    return most && { location: at(most.caller, most.caller.line, most.caller.column), name: most.name };
  }

  /**
   * Name of the synchronous call at a place, as the source spells it: V8 may show only the function behind it. Undefined
   * where several on the line can be meant.
   */
  syncCallAt({ file, line, column }: SourceLocation): string | undefined {
    const calls = this.callsAt(file, line).filter((call) => isSyncName(call.callee));
    const names = new Set(calls.map(({ callee }) => callee));
    if (names.size === 1) return calls[0]!.callee;
    return calls.find((call) => call.column === column)?.callee;
  }

  /**
   * False for a line that is no function's: V8 counts the time of functions that it inlined under the lines of their own
   * files. Where that is the frame's file, the line is as good as any; where it is another one, it may be an import here.
   */
  isInside({ file, line: at }: Frame, line: number): boolean {
    const { lines = Infinity, functions = [] } = this.#facts.get(file) ?? {};
    if (line > lines) return false;
    const within = (where: number): boolean =>
      functions.some(({ first, last }) => first <= where && where <= last);
    return !within(at) || within(line);
  }

  /** Calls on a line, in source order. */
  callsAt(file: string, line: number): CallSite[] {
    return (this.#facts.get(file)?.calls ?? []).filter((call) => call.line === line);
  }

  /** Calls in the innermost function around a line, nested functions included. */
  callsAround(file: string, line: number): CallSite[] {
    const calls = this.#facts.get(file)?.calls ?? [];
    const around = calls.filter((call) => call.functionStart <= line && line <= call.functionEnd);
    const start = Math.max(...around.map((call) => call.functionStart));
    const end = Math.max(...around.filter((c) => c.functionStart === start).map((c) => c.functionEnd));
    return calls.filter((call) => call.line >= start && call.line <= end);
  }

  /** Calls on a line, and in functions that begin on it. */
  callsFrom(file: string, line: number): CallSite[] {
    const calls = this.#facts.get(file)?.calls ?? [];
    return calls.filter((call) => call.line === line || (call.functionStart === line && call.line > line));
  }

  /** Calls whose innermost function is the one that begins at the frame's line. */
  #callsIn(caller: Frame): CallSite[] {
    const calls = this.#facts.get(caller.file)?.calls ?? [];
    const exact = calls.filter((call) => call.functionStart === caller.line);
    if (exact.length > 0) return exact;
    // A stack trace's line, or a function whose first line is told differently: the innermost function around it.
    const around = calls.filter((c) => c.functionStart <= caller.line && caller.line <= c.functionEnd);
    const start = Math.max(...around.map((call) => call.functionStart));
    return around.filter((call) => call.functionStart === start);
  }

  #vote(caller: Frame, callee: Frame): void {
    const name = lastName(callee.function);
    if (name === '') return;
    const key = voteKey(caller, name);
    const lines = this.#seen.get(key) ?? new Map<number, Vote>();
    const vote = lines.get(caller.line) ?? { line: caller.line, column: caller.column, count: 0 };
    vote.count++;
    lines.set(caller.line, vote);
    this.#seen.set(key, lines);
  }
}

function voteKey(caller: Frame, callee: string): string {
  return `${caller.file}\n${lastName(caller.function)}\n${callee}`;
}

/** What helps to choose among the calls in a function. */
interface CallClues {
  /** Lines known to be busy. */
  hints?: readonly number[];
  /** Accepts other names under which the source may call it, when no call there has the name that V8 shows. */
  alike?: (name: string) => boolean;
}

interface Vote {
  line: number;
  column: number;
  count: number;
}

/** The line that most stack traces agree on, among those at or after the function's first line. */
function mostVotes(lines: Map<number, Vote> | undefined, from: number): Vote | undefined {
  let best: Vote | undefined;
  let all = 0;
  for (const vote of lines?.values() ?? []) {
    if (vote.line < from) continue;
    all += vote.count;
    if (vote.count > (best?.count ?? 0)) best = vote;
  }
  return best && best.count * 3 >= all * 2 ? best : undefined;
}

function columnOf(calls: readonly CallSite[], line: number): number {
  const on = calls.filter((call) => call.line === line);
  return on.length === 1 ? on[0]!.column : 1;
}

function at(frame: Frame, line: number, column: number): SourceLocation {
  return { file: frame.file, line, column, ...(frame.function && { function: frame.function }) };
}
