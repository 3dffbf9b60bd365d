import type { Debugger } from 'node:inspector';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { describeError } from '../base/user-error.ts';
import type { Position } from '../inspector/script-map.ts';
import { scriptUrl } from '../inspector/script-map.ts';
import { compileTerms, SUPPORT } from './breakpoint-condition.ts';
import type { Loop } from './loop.ts';
import type { Script } from './scripts.ts';

/** What the client wants at a line; positions count from 0. */
export interface WantedBreakpoint extends Position {
  condition?: string | undefined;
  hitCondition?: string | undefined;
  logMessage?: string | undefined;
}

/** Where breakpoints stand: a file, or a script without one. */
export type BreakpointSource =
  { kind: 'file'; file: string } | { kind: 'script'; loop: Loop; scriptId: string };

/** Files of the program itself: packages come built, and in large numbers. */
const BUILT = '^file:///(?!.*/node_modules/)';

/** How a breakpoint stands in V8. */
interface Binding {
  loop: Loop;
  breakpointId: string;
  /** Of a breakpoint in one script; undefined: in whatever script has the URL. */
  scriptId: string | undefined;
  /** Where V8 stops for it, once it knows. */
  at: Debugger.Location | undefined;
}

interface Breakpoint {
  readonly id: number;
  readonly wanted: WantedBreakpoint;
  readonly expression: string | undefined;
  readonly source: BreakpointSource;
  readonly bindings: Binding[];
  /** Where it came to stand, as the author's place. */
  place: Position | undefined;
  problem: string | undefined;
}

/** A breakpoint as the client is told; positions count from 0. */
export interface KnownBreakpoint {
  id: number;
  verified: boolean;
  place: Position;
  message: string | undefined;
}

interface SetAnswer {
  breakpointId: string;
  locations?: Debugger.Location[];
  actualLocation?: Debugger.Location;
}

/** The line breakpoints of the session, in all its loops, by the author's lines. */
export class Breakpoints {
  readonly #bySource = new Map<string, Breakpoint[]>();
  readonly #loops = new Set<Loop>();
  readonly #taken = new WeakMap<Loop, Set<string>>();
  /** V8's numbers of the stops at the beginning of files, by their patterns. */
  readonly #beginnings = new WeakMap<Loop, Map<string, Promise<string | undefined>>>();
  readonly #onChange: (breakpoint: KnownBreakpoint) => void;
  readonly #ids: () => number;

  constructor(ids: () => number, onChange: (breakpoint: KnownBreakpoint) => void) {
    this.#ids = ids;
    this.#onChange = onChange;
  }

  /** Replaces all breakpoints of a source; those that stay keep their counters. */
  async set(source: BreakpointSource, wanted: WantedBreakpoint[]): Promise<KnownBreakpoint[]> {
    const key = source.kind === 'file' ? source.file : `${source.loop.threadId}:${source.scriptId}`;
    const before = this.#bySource.get(key) ?? [];
    const after = wanted.map((want) => {
      const same = before.findIndex((known) => JSON.stringify(known.wanted) === JSON.stringify(want));
      return same >= 0 ? before.splice(same, 1)[0]! : this.#create(source, want);
    });
    this.#bySource.set(key, after);
    await Promise.all(before.map((breakpoint) => this.#unbind(breakpoint, () => true)));
    for (const breakpoint of after) {
      for (const loop of this.#loops) await this.#bind(breakpoint, loop);
    }
    return after.map((breakpoint) => this.#known(breakpoint));
  }

  /** Follows a loop: its breakpoints are set from now on. */
  async addLoop(loop: Loop): Promise<void> {
    this.#loops.add(loop);
    loop.connection.on(
      'Debugger.breakpointResolved',
      (event: { breakpointId: string; location: Debugger.Location }) => {
        this.#resolved(loop, event.breakpointId, event.location);
      },
    );
    loop.onMap.event((script) => void this.#bindMapped(loop, script));
    for (const breakpoint of this.#all()) await this.#bind(breakpoint, loop);
  }

  removeLoop(loop: Loop): void {
    this.#loops.delete(loop);
    for (const { bindings } of this.#all()) {
      for (const binding of bindings.filter((entry) => entry.loop === loop)) {
        bindings.splice(bindings.indexOf(binding), 1);
      }
    }
  }

  /** Numbers of the breakpoints that a stop is due to. */
  hit(loop: Loop, v8Ids: readonly string[]): number[] {
    return this.#all()
      .filter(({ bindings }) => bindings.some((b) => b.loop === loop && v8Ids.includes(b.breakpointId)))
      .map(({ id }) => id);
  }

  /** Whether a stop is due to a breakpoint that has been taken back since: a map has told a better place for it. */
  wasTaken(loop: Loop, v8Ids: readonly string[]): boolean {
    return v8Ids.some((id) => this.#taken.get(loop)?.has(id) === true);
  }

  /**
   * Numbers of the breakpoints at the very place of a stop that was taken back: they came too late for V8 to stop for them.
   */
  async due(loop: Loop, frame: Debugger.CallFrame | undefined): Promise<number[]> {
    const due: number[] = [];
    for (const { id, expression, bindings } of this.#all()) {
      if (!bindings.some(({ loop: in_, at }) => in_ === loop && isSame(at, frame?.location))) continue;
      const answer = expression === undefined ? undefined : await loop.evaluate(expression, frame);
      if (answer === undefined || answer.result.value === true) due.push(id);
    }
    return due;
  }

  /** Where a breakpoint stands: for what it says. */
  find(id: number): { source: BreakpointSource; place: Position } | undefined {
    const found = this.#all().find((breakpoint) => breakpoint.id === id);
    return found && { source: found.source, place: found.place ?? found.wanted };
  }

  /** Resolves when the breakpoints of maps that were read are set. */
  async settled(loop: Loop): Promise<void> {
    await loop.scripts.settled();
    await Promise.all(this.#binding);
  }

  readonly #binding = new Set<Promise<void>>();

  #all(): Breakpoint[] {
    return [...this.#bySource.values()].flat();
  }

  #create(source: BreakpointSource, wanted: WantedBreakpoint): Breakpoint {
    const id = this.#ids();
    let expression: string | undefined;
    let problem: string | undefined;
    try {
      expression = compileTerms({ id, ...wanted });
    } catch (error) {
      problem = describeError(error);
    }
    return { id, wanted, expression, source, bindings: [], place: undefined, problem };
  }

  async #bind(breakpoint: Breakpoint, loop: Loop): Promise<void> {
    if (breakpoint.bindings.some((b) => b.loop === loop) || breakpoint.problem !== undefined) return;
    const syntax = await syntaxProblem(loop, breakpoint.expression);
    if (syntax !== undefined) {
      breakpoint.problem = syntax;
      return;
    }
    const { source, wanted } = breakpoint;
    if (source.kind === 'script') {
      if (source.loop === loop) await this.#bindIn(breakpoint, loop, source.scriptId, wanted);
      return;
    }
    const scripts = loop.scripts.of(source.file);
    for (const script of scripts.filter(({ map }) => map)) await this.#bindByMap(breakpoint, loop, script);
    if (scripts.some(({ map }) => map)) return;
    if (scripts.length === 0) {
      await this.stopBefore(source.file, loop);
      await this.#stopBeforeBuilt(loop);
    }
    const answer = await loop.connection
      .send<SetAnswer>('Debugger.setBreakpointByUrl', {
        urlRegex: urlPattern(source.file),
        lineNumber: wanted.line,
        columnNumber: wanted.column,
        condition: breakpoint.expression ?? '',
      })
      .catch(() => undefined);
    if (!answer) return;
    breakpoint.bindings.push({ loop, breakpointId: answer.breakpointId, scriptId: undefined, at: undefined });
    for (const location of answer.locations ?? []) this.#resolved(loop, answer.breakpointId, location);
  }

  /**
   * Loaders compile a source under its own address. Its map has to be read before it runs, and V8 does not stop there by
   * itself for CommonJS: a stop at the beginning, which goes on when the map was read. Gives V8's number of it.
   */
  stopBefore(file: string, loop: Loop): Promise<string | undefined> {
    // In other words than a breakpoint of the user, who may want to stop there, too.
    return this.#beginningOf(`(?:${urlPattern(file)})`, undefined, loop);
  }

  /**
   * The same for CommonJS modules that were built from other files: which one a file was built into is told only by their
   * maps. The module's name is asked for, since that tells them from what V8 stops before by itself.
   */
  async #stopBeforeBuilt(loop: Loop): Promise<void> {
    const condition = `typeof __filename==='string'&&${SUPPORT}?.isBuilt(__filename)===true`;
    await this.#beginningOf(BUILT, condition, loop);
  }

  #beginningOf(urlRegex: string, condition: string | undefined, loop: Loop): Promise<string | undefined> {
    const known = this.#beginnings.get(loop) ?? new Map<string, Promise<string | undefined>>();
    this.#beginnings.set(loop, known);
    const set = async (): Promise<string | undefined> => {
      const answer = await loop.connection
        .send<SetAnswer>('Debugger.setBreakpointByUrl', {
          urlRegex,
          lineNumber: 0,
          columnNumber: 0,
          ...(condition === undefined ? {} : { condition }),
        })
        .catch(() => undefined);
      if (answer) this.#take(loop, answer.breakpointId);
      return answer?.breakpointId;
    };
    const number = known.get(urlRegex) ?? set();
    known.set(urlRegex, number);
    return number;
  }

  #take(loop: Loop, breakpointId: string): void {
    const taken = this.#taken.get(loop) ?? new Set();
    this.#taken.set(loop, taken.add(breakpointId));
  }

  async #bindByMap(breakpoint: Breakpoint, loop: Loop, script: Script): Promise<void> {
    if (breakpoint.source.kind !== 'file' || breakpoint.problem !== undefined) return;
    const positions = script.map?.toScript(breakpoint.source.file, breakpoint.wanted) ?? [];
    for (const position of positions) await this.#bindIn(breakpoint, loop, script.id, position);
  }

  async #bindIn(breakpoint: Breakpoint, loop: Loop, scriptId: string, position: Position): Promise<void> {
    const answer = await loop.connection
      .send<SetAnswer>('Debugger.setBreakpoint', {
        location: { scriptId, lineNumber: position.line, columnNumber: position.column },
        condition: breakpoint.expression ?? '',
      })
      .catch(() => undefined);
    if (!answer) return;
    const { breakpointId, actualLocation } = answer;
    breakpoint.bindings.push({ loop, breakpointId, scriptId, at: actualLocation });
    if (actualLocation) this.#resolved(loop, breakpointId, actualLocation);
  }

  /** A map came: breakpoints by line of the script itself would be at wrong lines, those by the map are right. */
  async #bindMapped(loop: Loop, script: Script): Promise<void> {
    const work = (async () => {
      for (const breakpoint of this.#all()) {
        if (breakpoint.source.kind !== 'file' || !script.map?.sources.includes(breakpoint.source.file))
          continue;
        await this.#unbind(breakpoint, (b) => b.loop === loop && b.scriptId === undefined);
        await this.#bindByMap(breakpoint, loop, script);
      }
    })();
    this.#binding.add(work);
    await work;
    this.#binding.delete(work);
  }

  async #unbind(breakpoint: Breakpoint, which: (binding: Binding) => boolean): Promise<void> {
    const gone = breakpoint.bindings.filter(which);
    for (const binding of gone) {
      breakpoint.bindings.splice(breakpoint.bindings.indexOf(binding), 1);
      this.#take(binding.loop, binding.breakpointId);
      await binding.loop.connection
        .send('Debugger.removeBreakpoint', { breakpointId: binding.breakpointId })
        .catch(() => undefined);
    }
  }

  #resolved(loop: Loop, breakpointId: string, location: Debugger.Location): void {
    const breakpoint = this.#all().find(({ bindings }) =>
      bindings.some((b) => b.loop === loop && b.breakpointId === breakpointId),
    );
    if (!breakpoint) return;
    for (const binding of breakpoint.bindings) {
      if (binding.loop === loop && binding.breakpointId === breakpointId) binding.at ??= location;
    }
    const at = { line: location.lineNumber, column: location.columnNumber ?? 0 };
    const place = breakpoint.source.kind === 'script' ? at : loop.scripts.place(location.scriptId, at);
    const first = breakpoint.place === undefined;
    breakpoint.place = place ? { line: place.line, column: place.column } : at;
    if (first) this.#onChange(this.#known(breakpoint));
  }

  #known({ id, place, wanted, problem, source }: Breakpoint): KnownBreakpoint {
    const loaded =
      source.kind === 'script' || [...this.#loops].some(({ scripts }) => scripts.of(source.file).length > 0);
    const waiting = loaded
      ? 'There is no code at this line, nor below it.'
      : 'No code of this file has been loaded yet.';
    return {
      id,
      verified: place !== undefined,
      place: place ?? wanted,
      message: problem ?? (place ? undefined : waiting),
    };
  }
}

/** The breakpoint as DAP has it. */
export function toDap(
  breakpoint: KnownBreakpoint,
  base: { lineBase: number; columnBase: number },
): DebugProtocol.Breakpoint {
  const { id, verified, message, place } = breakpoint;
  return {
    id,
    verified,
    line: place.line + base.lineBase,
    ...(verified ? { column: place.column + base.columnBase } : {}),
    ...(message === undefined ? {} : { message }),
  };
}

function isSame(a: Debugger.Location | undefined, b: Debugger.Location | undefined): boolean {
  return (
    a !== undefined &&
    a.scriptId === b?.scriptId &&
    a.lineNumber === b.lineNumber &&
    (a.columnNumber ?? 0) === (b.columnNumber ?? 0)
  );
}

/** A condition that does not parse would silently never stop. */
async function syntaxProblem(loop: Loop, expression: string | undefined): Promise<string | undefined> {
  if (expression === undefined) return undefined;
  const answer = await loop.connection
    .send<{ exceptionDetails?: { exception?: { description?: string }; text: string } }>(
      'Runtime.compileScript',
      {
        expression: `(async function*(){${expression}\n})`,
        sourceURL: '',
        persistScript: false,
      },
    )
    .catch(() => undefined);
  const details = answer?.exceptionDetails;
  return (
    details &&
    `The condition cannot be read: ${details.exception?.description?.split('\n', 1)[0] ?? details.text}.`
  );
}

/** Matches the URL of a file, also as ECMAScript modules vary it (`?query`); drive letters in either case. */
export function urlPattern(file: string): string {
  const escaped = scriptUrl(file).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const drive = escaped.replace(/^(file:\/\/\/)([a-z])(?=:)/i, (_, head: string, letter: string) => {
    return `${head}[${letter.toLowerCase()}${letter.toUpperCase()}]`;
  });
  return `^${drive}([?#].*)?$`;
}
