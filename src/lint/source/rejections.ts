import type { Analysis } from './analysis.ts';
import type { FunctionNode, Node } from './ast.ts';
import { isFunction, lastName, someNode, unwrap, walk } from './ast.ts';

/**
 * False when all that can fail in the body stands in a `try` whose `catch` neither throws nor waits. Where there is such
 * a `try` around all that is awaited, plain calls beside it are taken for harmless.
 */
export function mayReject(fn: FunctionNode, { source }: Pick<Analysis, 'source'>): boolean {
  if (awaitsInTry(fn, { source }) && !leavesErrors(fn, { source })) return false;
  const keys = source.visitorKeys;
  let fails = false;
  walk(fn.body, keys, (node) => {
    if (fails || isFunction(node)) return 'skip';
    const handler = node.type === 'TryStatement' ? node.handler : null;
    if (handler && !someNode(handler, keys, ({ type }) => THROWING.has(type), 'own')) return 'skip';
    if (node.type === 'AwaitExpression' && answersErrors(node.argument, { source })) return 'skip';
    fails = FALLIBLE.has(node.type);
    return undefined;
  });
  return fails;
}

const awaitsInTry = (fn: FunctionNode, { source }: Pick<Analysis, 'source'>): boolean =>
  someNode(
    fn.body,
    source.visitorKeys,
    (node) =>
      node.type === 'TryStatement' &&
      node.handler !== null &&
      someNode(node.block, source.visitorKeys, ({ type }) => type === 'AwaitExpression', 'own'),
    'own',
  );

/** True when the body throws, or awaits what nobody handles, outside of any `try` that answers. Calls alone do not count. */
export function leavesErrors(fn: FunctionNode, analysis: Pick<Analysis, 'source'>): boolean {
  const keys = analysis.source.visitorKeys;
  let leaves = false;
  walk(fn.body, keys, (node) => {
    if (leaves || isFunction(node)) return 'skip';
    if (node.type === 'TryStatement' && node.handler && !leavesNode(node.handler, analysis)) {
      leaves = node.finalizer !== null && leavesNode(node.finalizer, analysis);
      return 'skip';
    }
    leaves =
      node.type === 'ThrowStatement' ||
      (node.type === 'ForOfStatement' && node.await) ||
      (node.type === 'AwaitExpression' && !answersErrors(node.argument, analysis));
    return undefined;
  });
  return leaves;
}

const leavesNode = (root: Node, analysis: Pick<Analysis, 'source'>): boolean =>
  someNode(
    root,
    analysis.source.visitorKeys,
    (node) =>
      node.type === 'ThrowStatement' ||
      (node.type === 'AwaitExpression' && !answersErrors(node.argument, analysis)),
    'own',
  );

/** A chain that ends in `catch(handler)`, or a handler as second argument of `then`, which does not throw again. */
export function answersErrors(value: Node, { source }: Pick<Analysis, 'source'>): boolean {
  const call = unwrap(value);
  if (call.type !== 'CallExpression' || call.callee.type !== 'MemberExpression') return false;
  const name = lastName(call.callee);
  if (name === 'finally') return answersErrors(call.callee.object, { source });
  const handler = call.arguments[name === 'catch' ? 0 : 1];
  if ((name !== 'catch' && name !== 'then') || !isFunction(handler)) return false;
  return !someNode(handler.body, source.visitorKeys, ({ type }) => THROWING.has(type), 'own');
}

const THROWING = new Set(['ThrowStatement', 'AwaitExpression']);

/** Plain declarations and conditions on names hardly fail. */
const FALLIBLE = new Set(['CallExpression', 'NewExpression', 'AwaitExpression', 'ThrowStatement']);
