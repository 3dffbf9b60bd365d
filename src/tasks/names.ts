import type { TaskFrameKind } from '../model/task.ts';

/** As people call a function: `Pool.acquire`, `load`, `(anonymous)`. */
export function functionName(name: string, type: string): string {
  if (name === '') return ANONYMOUS;
  if (name.includes('.') || name.startsWith('(') || !isClassName(type)) return name;
  return `${type}.${name}`;
}

/** A function that has no name. */
export const ANONYMOUS = '(anonymous)';

/** Names of combinators as they stand in a stack. */
export const COMBINATOR_NAMES: Record<Exclude<TaskFrameKind, 'await'>, string> = {
  all: 'Promise.all',
  'all-settled': 'Promise.allSettled',
  any: 'Promise.any',
};

/** Whether the class of a receiver tells something: plain objects, functions and globals do not. */
function isClassName(type: string): boolean {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(type) && !/^(Object|Function|global|Window|Module)$/.test(type);
}
