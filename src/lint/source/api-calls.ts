import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from './analysis.ts';
import type { FunctionNode } from './ast.ts';
import { walk } from './ast.ts';
import type { ApiPath } from './bindings.ts';
import { unwrap } from './ast.ts';

/** Calls that stand in a function, those in its callbacks too. */
export function callsWithin(fn: FunctionNode, analysis: Analysis): TSESTree.CallExpression[] {
  const calls: TSESTree.CallExpression[] = [];
  walk(fn.body, analysis.source.visitorKeys, (node) => {
    if (node.type === 'CallExpression') calls.push(node);
    return undefined;
  });
  return calls;
}

/**
 * The function that runs in the end, as `module.name`: also through `promisify(fn)`.
 * `const scrypt = promisify(crypto.scrypt); scrypt(…)` is `crypto.scrypt`.
 */
export function operationOf(call: TSESTree.CallExpression, analysis: Analysis): string | undefined {
  const api = analysis.bindings.resolve(call.callee);
  if (!api) return undefined;
  if (api.module !== 'util' || api.path.join('.') !== 'promisify.()') return dotted(api);
  const callee = unwrap(call.callee);
  const bound = callee.type === 'Identifier' ? analysis.bindings.variable(callee) : undefined;
  const made = bound ? analysis.bindings.onlyValue(bound)?.value : callee;
  const wrapped = made?.type === 'CallExpression' ? made.arguments[0] : undefined;
  const inner = wrapped && analysis.bindings.resolve(wrapped);
  return inner && dotted(inner);
}

const dotted = ({ module, path }: ApiPath): string => [module, ...path].join('.');
