import type { LinkedFile, Target } from './evaluate.ts';
import type { Linked } from './link.ts';
import type { Given } from './promises-given.ts';

/** Whether the promise of a call that may run these has its value at once, but for the first time. */
export type Prompt = (targets: readonly Target[]) => boolean;

/** Longest way of functions that wait for each other. */
const ROUNDS = 6;

/** Functions that wait for nothing each time they run, or only for such functions, across files. */
export function createPrompt(files: readonly LinkedFile[], { callees }: Linked, given: Given): Prompt {
  const known = new Set<number>();
  const prompt: Prompt = (targets) =>
    targets.length > 0 &&
    targets.every((target) => target.kind === 'fn' && known.has(target.file.first + target.fn));
  for (let round = 0, before = -1; round < ROUNDS && before !== known.size; round++) {
    before = known.size;
    files.forEach(learn);
  }
  return prompt;

  function learn(file: LinkedFile): void {
    const targets = callees.get(file) ?? [];
    let byEnd: ReadonlyMap<number, number> | undefined;
    const isShort = (end: number): boolean => {
      byEnd ??= new Map(file.index.calls.map((call, number) => [call.end, number]));
      const called = targets[byEnd.get(end) ?? -1] ?? [];
      return prompt(called) || given(called) === 'value';
    };
    file.index.functions.forEach(({ waits }, number) => {
      if (waits?.every(isShort)) known.add(file.first + number);
    });
  }
}
