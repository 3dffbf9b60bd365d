import type { CalledApi } from './entry-points.ts';
import type { FileIndex, IndexedClass, Value } from './file-index.ts';

/** A file's index among those of its project. */
export interface LinkedFile {
  file: string;
  index: FileIndex;
  /** Number of its first function among all functions of the project. */
  first: number;
}

/** What a value turns out to be. */
export type Target =
  | { kind: 'fn'; file: LinkedFile; fn: number }
  | { kind: 'class' | 'instance'; file: LinkedFile; number: number }
  | { kind: 'object'; file: LinkedFile; members: Readonly<Record<string, Value>> }
  | { kind: 'module'; file: LinkedFile }
  | ({ kind: 'api' } & CalledApi);

/** Where a module's name leads: to a file of the project, or to a package by its name. */
export type ResolveModule = (from: LinkedFile, name: string) => LinkedFile | string;

export interface EvaluateParts {
  resolve: ResolveModule;
  /** What callers pass for a parameter, by number of the function and position. */
  parameter: (fn: number, position: number) => readonly Target[];
  /** Classes that implement or extend one; for declared types without a body of their own. */
  implementers: (file: LinkedFile, number: number) => readonly Target[];
}

/** Finds what values are. */
export type Evaluate = (file: LinkedFile, value: Value) => readonly Target[];

/** Longest way that is followed. */
const MAX_DEPTH = 24;

/** Steps that one value is worth: ways that branch at every turn would take for ever. */
const MAX_STEPS = 400;

/** One value can be so many things at most; more is as good as unknown. */
const MAX_TARGETS = 24;

export function createEvaluate({ resolve, parameter, implementers }: EvaluateParts): Evaluate {
  let steps = 0;
  /** How often it was asked what callers pass. */
  let asked = 0;
  /** What does not hang on what callers pass is the same in every round. */
  const known = new Map<Value, readonly Target[]>();

  function evaluate(file: LinkedFile, value: Value, depth: number): Target[] {
    if (depth > MAX_DEPTH || steps++ > MAX_STEPS) return [];
    switch (value[0]) {
      case 'fn':
        return [{ kind: 'fn', file, fn: value[1] }];
      case 'class':
        return [{ kind: 'class', file, number: value[1] }];
      case 'this':
        return [{ kind: 'instance', file, number: value[1] }];
      case 'object':
        return [{ kind: 'object', file, members: value[1] }];
      case 'module':
        return exported(file, value[1], value[2], depth);
      case 'get':
        return unique(
          evaluate(file, value[1], depth + 1).flatMap((target) => member(target, value[2], depth + 1)),
        );
      case 'made': {
        const given = value[2].flatMap((one) => evaluate(file, one, depth + 1));
        const functions = given.filter(({ kind }) => kind === 'fn');
        const made = evaluate(file, value[1], depth + 1);
        return unique(
          functions.length > 0 ? [...functions, ...made.filter(({ kind }) => kind !== 'fn')] : made,
        );
      }
      case 'param': {
        asked++;
        const passed = parameter(file.first + value[1], value[2]);
        const typed = value[3] ? evaluate(file, value[3], depth + 1) : [];
        return unique([...passed, ...typed]);
      }
      case 'any':
        return unique(value[1].flatMap((one) => evaluate(file, one, depth + 1)));
    }
  }

  function exported(from: LinkedFile, name: string, wanted: string | undefined, depth: number): Target[] {
    if (name === '(global)')
      return [{ kind: 'api', module: name, path: wanted === undefined ? [] : [wanted] }];
    const found = resolve(from, name);
    if (typeof found === 'string') {
      return [
        { kind: 'api', module: found, path: wanted === undefined || wanted === 'default' ? [] : [wanted] },
      ];
    }
    return wanted === undefined
      ? [{ kind: 'module', file: found }]
      : exportOf(found, wanted, depth + 1, new Set());
  }

  function exportOf(file: LinkedFile, name: string, depth: number, seen: Set<LinkedFile>): Target[] {
    if (depth > MAX_DEPTH || seen.has(file)) return [];
    seen.add(file);
    const { exports, stars } = file.index;
    if (Object.hasOwn(exports, name)) return evaluate(file, exports[name]!, depth + 1);
    for (const star of stars) {
      const next = resolve(file, star);
      const found =
        typeof next === 'string'
          ? [{ kind: 'api' as const, module: next, path: [name] }]
          : exportOf(next, name, depth + 1, seen);
      if (found.length > 0) return found;
    }
    // `import x from` a CommonJS file without a default is the module; a name may be a member of its default.
    if (name === 'default') return [{ kind: 'module', file }];
    const byDefault = exports['default'];
    return byDefault
      ? evaluate(file, byDefault, depth + 1).flatMap((one) => member(one, name, depth + 1))
      : [];
  }

  function member(target: Target, name: string, depth: number): Target[] {
    if (depth > MAX_DEPTH) return [];
    switch (target.kind) {
      case 'api':
        return target.path.length > 12
          ? []
          : [{ kind: 'api', module: target.module, path: [...target.path, name] }];
      case 'module':
        return memberOfModule(target.file, name, depth);
      case 'object':
        return memberOfObject(target, name, depth);
      case 'fn':
        return memberOfFunction(target, name, depth);
      case 'class':
        return name === '()'
          ? [{ ...target, kind: 'instance' }]
          : memberOfClass(target.file, target.number, 'statics', name, depth);
      case 'instance':
        return memberOfClass(target.file, target.number, 'members', name, depth);
    }
  }

  function memberOfModule(file: LinkedFile, name: string, depth: number): Target[] {
    if (name === '*')
      return Object.values(file.index.exports).flatMap((one) => evaluate(file, one, depth + 1));
    if (name !== '()') return exportOf(file, name, depth + 1, new Set());
    // `require('./routes')(app)`
    const byDefault = file.index.exports['default'];
    return byDefault
      ? evaluate(file, byDefault, depth + 1).flatMap((one) => member(one, '()', depth + 1))
      : [];
  }

  function memberOfObject(target: Target & { kind: 'object' }, name: string, depth: number): Target[] {
    const { file, members } = target;
    if (name === '*') {
      return Object.values(members)
        .slice(0, MAX_TARGETS)
        .flatMap((one) => evaluate(file, one, depth + 1));
    }
    return Object.hasOwn(members, name) ? evaluate(file, members[name]!, depth + 1) : [];
  }

  function memberOfFunction(target: Target & { kind: 'fn' }, name: string, depth: number): Target[] {
    const { file, fn } = target;
    if (name === 'bind' || name === 'call' || name === 'apply') return [target];
    const asClass = file.index.classes.findIndex(({ build }) => build === fn);
    if (name !== '()')
      return asClass < 0
        ? []
        : memberOfClass(file, asClass, name === 'prototype' ? 'members' : 'statics', name, depth);
    if (asClass >= 0) return [{ kind: 'instance', file, number: asClass }];
    const { returns } = file.index.functions[fn] ?? {};
    return returns ? evaluate(file, returns, depth + 1) : [];
  }

  function memberOfClass(
    file: LinkedFile,
    number: number,
    where: 'members' | 'statics',
    name: string,
    depth: number,
  ): Target[] {
    const own = file.index.classes[number];
    if (!own || depth > MAX_DEPTH) return [];
    if (Object.hasOwn(own[where], name)) return evaluate(file, own[where][name]!, depth + 1);
    const inherited = inherit(file, own, where, name, depth);
    if (inherited.length > 0) return inherited;
    return unique(implementers(file, number).flatMap((target) => member(target, name, depth + 1)));
  }

  function inherit(
    file: LinkedFile,
    own: IndexedClass,
    where: 'members' | 'statics',
    name: string,
    depth: number,
  ): Target[] {
    if (!own.base) return [];
    return evaluate(file, own.base, depth + 1).flatMap((base) => {
      if (base.kind === 'class' || base.kind === 'instance')
        return memberOfClass(base.file, base.number, where, name, depth + 1);
      // A member of a package's class.
      return base.kind === 'api' ? member(base, where === 'members' ? '()' : name, depth + 1) : [];
    });
  }

  return (file, value) => {
    const before = known.get(value);
    if (before) return before;
    steps = 0;
    const askedBefore = asked;
    const found = evaluate(file, value, 0);
    if (asked === askedBefore) known.set(value, found);
    return found;
  };
}

/** A name under which a target is the same as another. */
export function keyOf(target: Target): string {
  switch (target.kind) {
    case 'fn':
      return `f${target.file.first + target.fn}`;
    case 'class':
    case 'instance':
      return `${target.kind}${target.file.file}:${target.number}`;
    case 'module':
      return `m${target.file.file}`;
    case 'api':
      return `a${target.module} ${target.path.join(' ')}`;
    case 'object':
      return `o${target.file.file} ${Object.keys(target.members).slice(0, 20).join(' ')}`;
  }
}

function unique(targets: Target[]): Target[] {
  if (targets.length < 2) return targets;
  const seen = new Map(targets.map((target) => [keyOf(target), target]));
  return [...seen.values()].slice(0, MAX_TARGETS);
}
