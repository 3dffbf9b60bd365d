import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import { enclosingFunction, lastName, someNode, unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { floatingPromise } from './no-floating-promises.ts';
import { chainMethod, isHandledChain, isPromise, promiseMethod } from '../source/promises.ts';

/** A `try` around a promise that nobody awaits in it: it cannot catch what happens later. */
export default defineRule({
  name: 'no-try-promise',
  description: 'Report try blocks that cannot catch the errors of the promises in them',
  messages: {
    late: 'This catch does not see an error of {{what}}: the try has ended before the promise is rejected, and nobody else handles it. Await it, or give it a catch of its own.',
    returned:
      'This catch does not see an error of {{what}}: the function has returned before the promise is rejected, and whoever called it gets the error. Make the function async and return await {{what}}.',
    addAwait: 'Await it.',
  },
  defaults: {},
  scope: 'everywhere',
  create({ analysis, report }) {
    return {
      TryStatement(node) {
        if (!node.handler) return;
        const around = enclosingFunction(node);
        for (const statement of node.block.body) {
          const call = droppedPromise(statement, analysis, around?.async === true);
          if (!call || isFloating(statement, analysis)) continue;
          const isReturned = statement.type === 'ReturnStatement';
          if (/^re(?:ject|solve)$/.test(promiseMethod(call, analysis) ?? '')) continue;
          if (isReturned && handsOn(node.handler, analysis)) continue;
          const suggest: TSESLint.SuggestionReportDescriptor<string>[] = around?.async
            ? [{ messageId: 'addAwait', data: {}, fix: (fixer) => fixer.insertTextBefore(call, 'await ') }]
            : [];
          report({
            at: call,
            messageId: isReturned ? 'returned' : 'late',
            data: { what: `${nameOf(call)}()` },
            detail: { confidence: 'certain' },
            suggest,
          });
        }
      },
    };
  },
});

/** Floating calls of async functions have a rule of their own, whatever is around them. */
const isFloating = (statement: TSESTree.Statement, analysis: Analysis): boolean =>
  statement.type === 'ExpressionStatement' &&
  (floatingPromise(statement, analysis) !== undefined ||
    (statement.expression.type === 'CallExpression' &&
      analysis.reach.targets(statement.expression.callee).some((fn) => fn.async)));

function droppedPromise(
  statement: TSESTree.Statement,
  analysis: Analysis,
  isAsync: boolean,
): TSESTree.CallExpression | undefined {
  const expression =
    statement.type === 'ExpressionStatement'
      ? statement.expression
      : statement.type === 'ReturnStatement' && !isAsync
        ? statement.argument
        : undefined;
  const call = expression && unwrap(expression);
  if (call?.type !== 'CallExpression' || !isPromise(call, analysis) || isHandledChain(call)) return undefined;
  return call;
}

/** Hands the error on, as the promise does with its own: the `try` is for what is thrown at once. */
const handsOn = (handler: TSESTree.CatchClause, analysis: Analysis): boolean =>
  someNode(
    handler.body,
    analysis.source.visitorKeys,
    (node) =>
      node.type === 'ThrowStatement' ||
      promiseMethod(node, analysis) === 'reject' ||
      (node.type === 'CallExpression' &&
        /^(?:reject|next|done|cb|callback)$/.test(lastName(node.callee) ?? '')),
  );

function nameOf(call: TSESTree.CallExpression): string {
  let at = call;
  while (chainMethod(at)) {
    const callee = unwrap(at.callee);
    const object = callee.type === 'MemberExpression' ? unwrap(callee.object) : undefined;
    if (object?.type !== 'CallExpression') break;
    at = object;
  }
  return lastName(at.callee) ?? 'it';
}
