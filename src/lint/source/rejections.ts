import type { Analysis } from './analysis.ts';
import type { FunctionNode } from './ast.ts';
import { isFunction, someNode, walk } from './ast.ts';

/** False when all that can fail in the body stands in a `try` whose `catch` neither throws nor waits. */
export function mayReject(fn: FunctionNode, { source }: Pick<Analysis, 'source'>): boolean {
  const keys = source.visitorKeys;
  let fails = false;
  walk(fn.body, keys, (node) => {
    if (fails || isFunction(node)) return 'skip';
    const handler = node.type === 'TryStatement' ? node.handler : null;
    if (handler && !someNode(handler, keys, ({ type }) => THROWING.has(type), 'own')) return 'skip';
    fails = FALLIBLE.has(node.type);
    return undefined;
  });
  return fails;
}

const THROWING = new Set(['ThrowStatement', 'AwaitExpression']);

/** Plain declarations and conditions on names hardly fail. */
const FALLIBLE = new Set(['CallExpression', 'NewExpression', 'AwaitExpression', 'ThrowStatement']);
