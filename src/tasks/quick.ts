import type { PromiseStacks, RawTaskFrame } from './forged-stacks.ts';
import { isInternal } from './frames.ts';

/** A stack that V8 told, Node's own functions left out, and how many promises have it. */
export interface QuickTask {
  count: number;
  frames: RawTaskFrame[];
}

/**
 * Tasks by V8's stacks alone: those that are no proper end of another one. (Every link of a chain repeats the stack, so
 * the counts are approximate.)
 */
export function quickTasksOf(lists: readonly PromiseStacks[]): QuickTask[] {
  const byKey = new Map<string, QuickTask>();
  for (const { stacks, stackOf, asked } of lists) {
    const counts = new Uint32Array(stacks.length);
    for (const stack of stackOf) counts[stack]!++;
    // Where only a part was asked, it stands for the others.
    if (asked > 0) counts.forEach((n, k) => (counts[k] = Math.round((n * stackOf.length) / asked)));
    stacks.forEach((stack, index) => {
      const frames = withoutInternals(stack);
      const key = keyOf(frames);
      if (frames.length === 0 || counts[index] === 0) return;
      const known = byKey.get(key);
      // Internals that were left out differ; what is left stands for the same waiting.
      if (known) known.count = Math.max(known.count, counts[index]!);
      else byKey.set(key, { count: counts[index]!, frames });
    });
  }
  const ends = new Set<string>();
  for (const { frames } of byKey.values()) {
    for (let from = 1; from < frames.length; from++) ends.add(keyOf(frames.slice(from)));
  }
  return [...byKey].flatMap(([key, task]) => (ends.has(key) ? [] : [task]));
}

/** Starts and ends with a function of the program. */
function withoutInternals(stack: readonly RawTaskFrame[]): RawTaskFrame[] {
  const frames = stack.filter(({ kind, url }) => kind !== 'await' || !isInternal(url));
  const isFunction = ({ kind }: RawTaskFrame): boolean => kind === 'await';
  const first = frames.findIndex(isFunction);
  return first < 0 ? [] : frames.slice(first, frames.findLastIndex(isFunction) + 1);
}

const keyOf = (frames: readonly RawTaskFrame[]): string =>
  frames.map(({ kind, url, line, column }) => `${kind} ${url}:${line}:${column}`).join('\n');
