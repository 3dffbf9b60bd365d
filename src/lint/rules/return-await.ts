import type { TSESTree } from '@typescript-eslint/utils';
import type { Node } from '../source/ast.ts';
import { contains, isFunction, lastName, someNode, unwrap } from '../source/ast.ts';
import type { Analysis } from '../source/analysis.ts';
import { defineRule } from '../source/define-rule.ts';
import { isHandledChain, isPromise, promiseMethod } from '../source/promises.ts';
import { isSettled } from '../source/rejections.ts';

/** `return promise` inside `try` leaves the `try` before the promise is settled: its `catch` never sees the error. */
export default defineRule<{ unknown: 'ignore' | 'report' }>({
  name: 'return-await',
  description: 'Report promises returned from a try block without await',
  messages: {
    caught:
      'An error of {{what}} passes this catch by: the function has left the try before the promise is settled. Return await {{what}}.',
    finally:
      'The finally block runs before {{what}} is done: what it closes is still in use. Return await {{what}}.',
    addAwait: 'Return await.',
  },
  options: { unknown: { enum: ['ignore', 'report'] } },
  defaults: { unknown: 'ignore' },
  scope: 'everywhere',
  create({ analysis, options, report }) {
    return {
      ReturnStatement(node) {
        const value = node.argument && unwrap(node.argument);
        if (value?.type !== 'CallExpression') return;
        const found = tryAround(node);
        if (!found?.fn.async || found.fn.generator) return;
        // Settled already, or with an answer to errors of its own.
        if (/^re(?:ject|solve)$/.test(promiseMethod(value, analysis) ?? '')) return;
        if (found.clause === 'caught' && (isHandledChain(value) || isSettled(value, analysis))) return;
        if (found.handler && options.unknown === 'ignore' && isForEarlier(found.handler, node, analysis))
          return;
        if (found.handler && triesAgain(found.handler, value, analysis.source.visitorKeys)) return;
        if (!isPromise(value, analysis) && options.unknown === 'ignore') return;
        report({
          at: value,
          messageId: found.clause,
          data: { what: `${lastName(value.callee) ?? 'it'}()` },
          detail: { confidence: isPromise(value, analysis) ? 'certain' : 'possible' },
          fix: {
            messageId: 'addAwait',
            data: {},
            fix: (fixer) => fixer.insertTextBefore(node.argument!, 'await '),
          },
        });
      },
    };
  },
});

/** The catch does not look at the error, and the try awaits something before: it is there for what that one says. */
function isForEarlier(
  handler: TSESTree.CatchClause,
  node: TSESTree.ReturnStatement,
  { source }: Analysis,
): boolean {
  if (handler.param !== null) return false;
  const before = handler.parent.block;
  return someNode(
    before,
    source.visitorKeys,
    (inner) => inner.type === 'AwaitExpression' && inner.range[1] < node.range[0],
    'own',
  );
}

/** The catch calls the same function: it is there for what comes before the call, such as a text that is no JSON. */
const triesAgain = (
  handler: TSESTree.CatchClause,
  { callee }: TSESTree.CallExpression,
  keys: Parameters<typeof someNode>[1],
): boolean =>
  callee.type === 'Identifier' &&
  someNode(
    handler.body,
    keys,
    (node) =>
      node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === callee.name,
  );

/** The `catch` or `finally` that a return in this place would run into, and the function that it leaves. */
function tryAround(node: TSESTree.ReturnStatement):
  | {
      clause: 'caught' | 'finally';
      handler: TSESTree.CatchClause | null;
      fn: TSESTree.Node & { async: boolean; generator: boolean };
    }
  | undefined {
  let clause: 'caught' | 'finally' | undefined;
  let handler: TSESTree.CatchClause | null = null;
  for (let up: Node | undefined = node.parent; up; up = up.parent) {
    if (up.type === 'TryStatement') {
      const inBlock = contains(up.block, node);
      if (inBlock && up.handler && !clause) {
        clause = 'caught';
        handler = up.handler;
      }
      if (up.finalizer && !contains(up.finalizer, node)) clause ??= 'finally';
    }
    if (isFunction(up)) return clause && { clause, handler, fn: up };
  }
  return undefined;
}
