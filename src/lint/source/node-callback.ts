import type { Variable } from '@typescript-eslint/scope-manager';
import type { Analysis } from './analysis.ts';
import type { FunctionNode } from './ast.ts';

/** The last parameter of a function when its name says that it is a callback. */
export function callbackParameter(fn: FunctionNode, { bindings }: Analysis): Variable | undefined {
  const last = fn.params.at(-1);
  return last?.type === 'Identifier' && CALLBACK.test(last.name) ? bindings.variable(last) : undefined;
}

const CALLBACK = /^(?:cb|callback|done|next)$|(?:Callback|Cb)$/;
