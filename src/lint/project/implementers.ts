import type { LinkedFile, ResolveModule, Target } from './evaluate.ts';
import type { Value } from './file-index.ts';

/** A type that more classes than this implement says nothing about what is called. */
const MAX_IMPLEMENTERS = 4;

/**
 * Finds the classes that extend or implement one, for values of a declared type: `constructor(private repo: Repo)` with
 * `abstract class Repo` and one `class SqlRepo extends Repo`. Answers nothing where there are many.
 */
export function implementersOf(
  files: readonly LinkedFile[],
  resolve: ResolveModule,
): (file: LinkedFile, number: number) => readonly Target[] {
  const below = new Map<string, Target[]>();
  for (const file of files) {
    file.index.classes.forEach(({ base, promises }, number) => {
      for (const parent of base ? [base, ...promises] : promises) {
        const key = classKey(file, parent, resolve, 0);
        if (key === undefined) continue;
        const known = below.get(key);
        const target: Target = { kind: 'instance', file, number };
        if (known) known.push(target);
        else below.set(key, [target]);
      }
    });
  }
  return (file, number) => {
    const found = below.get(`${file.file}:${number}`) ?? [];
    return found.length > MAX_IMPLEMENTERS ? [] : found;
  };
}

/** The class that a plain reference names, through re-exports. */
function classKey(
  file: LinkedFile,
  value: Value | undefined,
  resolve: ResolveModule,
  depth: number,
): string | undefined {
  if (value?.[0] === 'class') return `${file.file}:${value[1]}`;
  if (value?.[0] !== 'module' || value[2] === undefined || depth > 8) return undefined;
  const target = resolve(file, value[1]);
  if (typeof target === 'string') return undefined;
  const { exports, stars } = target.index;
  const own = classKey(target, exports[value[2]], resolve, depth + 1);
  if (own !== undefined) return own;
  for (const star of stars) {
    const found = classKey(target, ['module', star, value[2]], resolve, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
