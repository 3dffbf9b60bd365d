import { createModules } from './modules.ts';
import type { LinkedFile, Target } from './evaluate.ts';
import type { FileIndex, IndexedFunction } from './file-index.ts';
import { link, type Linked } from './link.ts';
import { findPaths, type Paths, type Placed } from './paths.ts';
import { createGiven, type Given } from './promises-given.ts';
import { findPages } from './pages.ts';
import { createPrompt, type Prompt } from './prompt.ts';
import type { ProjectFacts } from './reach-facts.ts';

/** The indexes of a project's files, and what follows from them. Links them when first asked after a change. */
export interface Project {
  /** Adds or replaces a file. True when anything but positions changed, so that other files may be concerned. */
  set(file: string, index: FileIndex): boolean;
  delete(file: string): void;
  has(file: string): boolean;
  /** What is known of a file's code; undefined for a file that is not in the project. */
  facts(file: string): ProjectFacts | undefined;
  /** Files were added or removed on disk: names of modules may lead elsewhere. */
  forgetModules(): void;
}

export function createProject(): Project {
  const files = new Map<string, { index: FileIndex }>();
  const modules = createModules((file) => files.has(file));
  let state: State | undefined;

  return {
    set(file, index) {
      const before = files.get(file);
      files.set(file, { index });
      if (before && isSameShape(before.index, index)) {
        state?.move(file, index);
        return false;
      }
      if (!before) modules.forget();
      state = undefined;
      return true;
    },
    delete(file) {
      if (files.delete(file)) {
        state = undefined;
        modules.forget();
      }
    },
    has: (file) => files.has(file),
    facts(file) {
      if (!files.has(file)) return undefined;
      state ??= linkAll(files, modules.resolve);
      return state.facts(file);
    },
    forgetModules() {
      modules.forget();
      state = undefined;
    },
  };
}

interface State {
  facts(file: string): ProjectFacts | undefined;
  /** Takes over positions of a file whose code is the same. */
  move(file: string, index: FileIndex): void;
}

function linkAll(
  files: ReadonlyMap<string, { index: FileIndex }>,
  resolveFile: (from: string, name: string) => string | undefined,
): State {
  const byFile = new Map<string, LinkedFile>();
  let first = 0;
  for (const [file, { index }] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    byFile.set(file, { file, index, first });
    first += index.functions.length;
  }
  const all = [...byFile.values()];
  const memo = new Map<string, LinkedFile | string>();
  const resolve = (from: LinkedFile, name: string): LinkedFile | string => {
    const key = `${from.first}\n${from.file}\n${name}`;
    const known = memo.get(key);
    if (known !== undefined) return known;
    const file = resolveFile(from.file, name);
    const found = (file === undefined ? undefined : byFile.get(file)) ?? name.replace(/^node:/, '');
    memo.set(key, found);
    return found;
  };
  const linked: Linked = link(all, resolve);
  const paths: Paths = findPaths(linked, placedOf(all));
  const given: Given = createGiven(all, linked);
  const prompt: Prompt = createPrompt(all, linked, given);
  const forPages = findPages(all, resolve);
  const survives = all.some(({ index }) => index.survives);
  return {
    facts: (file) => {
      const own = byFile.get(file);
      if (!own) return undefined;
      const facts = factsOf(own, { paths, given, prompt }, linked.callees.get(own) ?? []);
      return {
        ...facts,
        ...(forPages.has(own) ? { forPages: true as const } : {}),
        ...(survives ? { survives: true as const } : {}),
      };
    },
    move(file, index) {
      const own = byFile.get(file);
      if (own) own.index = index;
    },
  };
}

/** Looks names and lines up when they are asked for: positions may move. */
function placedOf(files: readonly LinkedFile[]): Placed[] {
  return files.flatMap((file) =>
    file.index.functions.map((_, number): Placed => ({
      file,
      get own(): IndexedFunction {
        return file.index.functions[number]!;
      },
    })),
  );
}

function factsOf(
  own: LinkedFile,
  { paths, given, prompt }: { paths: Paths; given: Given; prompt: Prompt },
  callees: readonly (readonly Target[])[],
): ProjectFacts {
  const facts: ProjectFacts = { reach: {}, gives: {}, prompt: {} };
  own.index.functions.forEach(({ start }, number) => {
    const reach = paths.reach(own.first + number);
    if (reach) facts.reach[start] = reach;
  });
  own.index.calls.forEach(({ end, callee }, number) => {
    // What one caller passes says nothing of what others do.
    if (callee?.[0] === 'param') return;
    const gives = given(callees[number] ?? []);
    if (gives !== 'unknown') facts.gives[end] = gives;
    if (prompt(callees[number] ?? [])) facts.prompt[end] = true;
  });
  return facts;
}

const POSITIONS: ReadonlySet<string> = new Set(['line', 'column', 'start', 'end', 'endLine', 'hash']);

/** Lists of positions: how many there are counts. */
const PLACES: ReadonlySet<string> = new Set(['hands', 'fails', 'waits']);

/** Two parts of indexes have everything in common but their positions. */
function isSameShape(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((one, at) => isSameShape(one, b[at]));
  }
  const [own, other] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(own);
  // An order of members is an order of choices.
  const others = Object.keys(other);
  return (
    keys.length === others.length &&
    keys.every((key, at) => {
      if (key !== others[at]) return false;
      if (PLACES.has(key)) return countOf(own[key]) === countOf(other[key]);
      return POSITIONS.has(key) || isSameShape(own[key], other[key]);
    })
  );
}

const countOf = (list: unknown): number | undefined => (Array.isArray(list) ? list.length : undefined);
