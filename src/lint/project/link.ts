import { roleOf, type CallbackRole, type CalledApi } from './entry-points.ts';
import {
  createEvaluate,
  keyOf,
  type Evaluate,
  type LinkedFile,
  type ResolveModule,
  type Target,
} from './evaluate.ts';
import type { EntryPoint, FileIndex, IndexedCall, Value } from './file-index.ts';
import { implementersOf } from './implementers.ts';

/** One function runs another. */
export interface Edge {
  /** Number among all functions of the project; -1 for module level. */
  from: number;
  to: number;
  step: 'call' | 'await' | 'then' | 'timer' | 'event';
  site: Site;
}

/** A place in a file. */
export interface Site {
  file: LinkedFile;
  line: number;
  column: number;
}

/** A function that the loop calls while the program serves, and where it is said so. */
export interface LinkedEntry {
  fn: number;
  entry: EntryPoint;
  site: Site;
  /** It only looks like one. */
  bySight?: true;
}

/** The project's calls, put together. */
export interface Linked {
  edges: Edge[];
  entries: LinkedEntry[];
  /** Functions handed to somebody of whom nothing is known. */
  leaked: Set<number>;
  /** Functions that run when the process ends, or in a test. */
  aside: Set<number>;
  /** Functions that tell a server what to do with requests: they run once, whoever calls them. */
  registrars: Set<number>;
  /** What the calls of a file call, by their position in its index. */
  callees: Map<LinkedFile, (readonly Target[])[]>;
}

/** Rounds in which what is passed as an argument may turn out to be passed on. */
const ROUNDS = 4;

/** More different values than this for one parameter are as good as unknown. */
const MAX_PASSED = 16;

export function link(files: readonly LinkedFile[], resolve: ResolveModule): Linked {
  const passed = new Map<string, Map<string, Target>>();
  const implementers = implementersOf(files, resolve);
  const evaluate = createEvaluate({
    resolve,
    parameter: (fn, position) => [...(passed.get(`${fn}:${position}`)?.values() ?? [])],
    implementers,
  });
  const bind = (fn: number, position: number, targets: readonly Target[]): void => {
    if (targets.length === 0) return;
    const key = `${fn}:${position}`;
    const known = passed.get(key) ?? new Map<string, Target>();
    passed.set(key, known);
    for (const target of targets) {
      if (known.size < MAX_PASSED) known.set(keyOf(target), target);
    }
  };
  let state = walkCalls(files, evaluate, bind);
  for (let round = 1, size = -1; round < ROUNDS && size !== countOf(passed); round++) {
    size = countOf(passed);
    state = walkCalls(files, evaluate, bind);
  }
  return state;
}

const countOf = (passed: ReadonlyMap<string, ReadonlyMap<string, Target>>): number =>
  [...passed.values()].reduce((sum, { size }) => sum + size, 0);

type Bind = (fn: number, position: number, targets: readonly Target[]) => void;

/** A function that is given a function runs it, or hands it on, for whoever passes one. */
interface Wrapper {
  role: CallbackRole;
  step: Edge['step'];
}

/** A call of a parameter of a function, by the function or one within. */
interface ParameterCall {
  from: number;
  outer: number;
  position: number;
  step: Edge['step'];
  targets: readonly Target[];
  site: Site;
}

function walkCalls(files: readonly LinkedFile[], evaluate: Evaluate, bind: Bind): Linked {
  const linked: Linked = {
    edges: [],
    entries: [],
    leaked: new Set(),
    aside: new Set(),
    registrars: new Set(),
    callees: new Map(),
  };
  const wrappers = new Map<string, Wrapper>();
  const wrapped: { call: IndexedCall; file: LinkedFile; fn: number }[] = [];
  const inner: ParameterCall[] = [];
  const numbers = new Map<IndexedCall, number>();
  const siteOf = (file: LinkedFile, call: IndexedCall): Site => {
    const number = numbers.get(call) ?? -1;
    return movable(file, () => file.index.calls[number] ?? call);
  };
  for (const file of files) {
    for (const declared of file.index.entries) addEntry(linked, file, declared);
    linked.callees.set(
      file,
      file.index.calls.map((call, number) => {
        numbers.set(call, number);
        const targets = call.callee ? evaluate(file, call.callee) : [];
        addCall(call, file, targets);
        return targets;
      }),
    );
  }
  const later = callParameters(inner);
  throughWrappers();
  // What the wrappers have shown to run within may call parameters of the function around it.
  const known = wrappers.size;
  const apart = callParameters(later);
  if (wrappers.size > known) throughWrappers();
  for (const { from, step, targets, site } of apart)
    for (const to of targets.flatMap(runBy)) linked.edges.push({ from, to, step, site });
  return linked;

  /**
   * What a function is given runs for whoever gives it.
   * @returns calls in functions within of which nothing says that the function around them runs them: these run what
   * they call for themselves
   */
  function callParameters(calls: readonly ParameterCall[]): ParameterCall[] {
    const runs = new Map<number, Set<number>>();
    for (const { from, to } of linked.edges) runs.set(from, (runs.get(from) ?? new Set()).add(to));
    return calls.filter(({ from, outer, position, step }) => {
      if (from !== outer && !runs.get(outer)?.has(from)) return true;
      wrap(`${outer}:${position}`, { role: { kind: 'inline', step: 'call' }, step });
      return false;
    });
  }

  function addCall(call: IndexedCall, file: LinkedFile, targets: readonly Target[]): void {
    const from = call.from < 0 ? -1 : file.first + call.from;
    const step = call.awaited ? 'await' : 'call';
    const own = ownParameter(call.callee);
    if (own && file.index.functions[own.fn]) {
      inner.push({
        from,
        outer: file.first + own.fn,
        position: own.position,
        step,
        targets,
        site: siteOf(file, call),
      });
      return;
    }
    const functions = targets.flatMap(runBy);
    for (const to of functions) linked.edges.push({ from, to, step, site: siteOf(file, call) });
    if (!call.args || !call.shape) return;
    for (const fn of functions) {
      call.args.forEach((arg, position) => arg && bind(fn, position, evaluate(file, arg)));
      wrapped.push({ call, file, fn });
    }
    const api = targets.find((target) => target.kind === 'api');
    if (functions.length > 0 && !api) return;
    call.args.forEach((arg) => arg && addCallbacks(call, file, from, arg, [], api, 0));
  }

  /** Functions in an argument, also as members of objects that it holds. */
  function addCallbacks(
    call: IndexedCall,
    file: LinkedFile,
    from: number,
    value: Value,
    keys: readonly string[],
    api: CalledApi | undefined,
    depth: number,
  ): void {
    if (depth > 4) return;
    if (value[0] === 'object') {
      for (const [key, own] of Object.entries(value[1]))
        addCallbacks(call, file, from, own, [...keys, key], api, depth + 1);
      return;
    }
    if (value[0] === 'any') {
      for (const one of value[1]) addCallbacks(call, file, from, one, keys, api, depth + 1);
      return;
    }
    const role = roleOf(call.shape!, api, keys);
    const own = ownParameter(value);
    // What becomes of a parameter becomes of it for whoever passed it, not for all who ever passed one.
    if (own && (role.kind !== 'unknown' || from === file.first + own.fn)) {
      wrap(`${file.first + own.fn}:${own.position}`, { role, step: stepOf(role) });
      if (role.kind === 'entry' && role.step === 'http-request' && from >= 0) linked.registrars.add(from);
      if (role.kind !== 'plugin') return;
    }
    for (const target of evaluate(file, value)) {
      if (target.kind === 'object' && keys.length < 4) {
        for (const [key, member] of Object.entries(target.members))
          addCallbacks(call, target.file, from, member, [...keys, key], api, depth + 1);
      } else if (target.kind === 'fn') {
        takeRole(target.file.first + target.fn, role, from, siteOf(file, call));
        if (role.kind === 'plugin' && call.callee?.[0] === 'get')
          bind(target.file.first + target.fn, 0, evaluate(file, call.callee[1]));
      }
    }
  }

  /** Of several things that become of a parameter, the one that says most. */
  function wrap(parameter: string, wrapper: Wrapper): void {
    const known = wrappers.get(parameter);
    if (!known || weightOf(wrapper) > weightOf(known)) wrappers.set(parameter, wrapper);
  }

  function takeRole(fn: number, role: CallbackRole, from: number, site: Site): void {
    if (role.kind === 'aside') linked.aside.add(fn);
    else if (role.kind === 'kept') linked.leaked.add(fn);
    else if (role.kind === 'entry') {
      linked.entries.push({ fn, entry: { step: role.step, label: role.label }, site });
      if (role.step === 'http-request' && from >= 0) linked.registrars.add(from);
    } else {
      linked.edges.push({ from, to: fn, step: stepOf(role), site });
      if (role.kind === 'unknown') linked.leaked.add(fn);
    }
  }

  /** `withRetry(load)`: `load` runs for the caller of `withRetry`, not for everybody who ever calls it. */
  function throughWrappers(): void {
    for (let round = 0; round < ROUNDS; round++) {
      const before = wrappers.size;
      for (const { call, file, fn } of wrapped) {
        call.args?.forEach((arg, position) => {
          const own = arg && ownParameter(arg);
          const wrapper = wrappers.get(`${fn}:${position}`);
          if (own && wrapper) wrap(`${file.first + own.fn}:${own.position}`, wrapper);
        });
      }
      if (wrappers.size === before) break;
    }
    for (const { call, file, fn } of wrapped) {
      const from = call.from < 0 ? -1 : file.first + call.from;
      call.args?.forEach((arg, position) => {
        const wrapper = arg && wrappers.get(`${fn}:${position}`);
        if (!wrapper || (ownParameter(arg) && wrapper.role.kind !== 'entry')) return;
        const role = wrapper.role.kind === 'entry' ? labelled(wrapper.role, call) : wrapper.role;
        for (const target of evaluate(file, arg)) {
          if (target.kind === 'fn') takeRole(target.file.first + target.fn, role, from, siteOf(file, call));
        }
      });
    }
  }
}

const weightOf = ({ role }: Wrapper): number => WEIGHTS.indexOf(role.kind);
const WEIGHTS: readonly CallbackRole['kind'][] = ['unknown', 'kept', 'aside', 'plugin', 'inline', 'entry'];

/** The parameter that a value is, where it is nothing else. */
function ownParameter(value: Value | null): { fn: number; position: number } | undefined {
  return value?.[0] === 'param' ? { fn: value[1], position: value[2] } : undefined;
}

/** A wrapper around a router knows the path only from its caller. */
function labelled(role: CallbackRole & { kind: 'entry' }, { shape }: IndexedCall): CallbackRole {
  const path = shape?.texts.find((text) => text?.startsWith('/'));
  return path && !role.label.includes('/') ? { ...role, label: `${role.label} ${path}` } : role;
}

/** The function that a call of a target runs. */
function runBy(target: Target): number[] {
  if (target.kind === 'fn') return [target.file.first + target.fn];
  if (target.kind !== 'class') return [];
  const build = target.file.index.classes[target.number]?.build;
  return build === undefined ? [] : [target.file.first + build];
}

function addEntry(linked: Linked, file: LinkedFile, declared: FileIndex['entries'][number]): void {
  const { fn, entry, bySight } = declared;
  const own = file.index.functions[fn];
  if (!own) return;
  const site = movable(file, () => file.index.functions[fn] ?? own);
  linked.entries.push({ fn: file.first + fn, entry, site, ...(bySight ? { bySight } : {}) });
}

const stepOf = (role: CallbackRole): Edge['step'] => (role.kind === 'inline' ? role.step : 'call');

/** Looks a place up when it is asked for: an edit may move it and change nothing else. */
function movable(file: LinkedFile, place: () => { line: number; column: number }): Site {
  return {
    file,
    get line() {
      return place().line;
    },
    get column() {
      return place().column;
    },
  };
}
