import type { Node } from '../source/ast.ts';
import { enclosingFunction, unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { textOf } from '../source/edits.ts';
import { chainMethod, promiseMethod } from '../source/promises.ts';

/** `return Promise.resolve(x)` where returning `x` is the same. */
export default defineRule({
  name: 'no-return-wrap',
  description: 'Report values wrapped in a promise where they are wrapped anyway',
  messages: {
    resolve: 'What is returned here becomes a promise anyway: wrapping it only costs. Return the value.',
    reject: 'Throwing the error here is the same, shorter, and keeps the stack. Throw it.',
    value: 'Return the value.',
    throw: 'Throw it.',
  },
  defaults: {},
  create({ analysis, report }) {
    const check = (value: Node, whole: Node, isStatement: boolean): void => {
      const call = unwrap(value);
      if (
        call.type !== 'CallExpression' ||
        call.arguments.length > 1 ||
        call.arguments[0]?.type === 'SpreadElement'
      )
        return;
      const method = promiseMethod(call, analysis);
      if ((method !== 'resolve' && method !== 'reject') || inTry(whole)) return;
      const fn = enclosingFunction(value);
      const wraps =
        fn?.async === true || (fn?.parent.type === 'CallExpression' && chainMethod(fn.parent) !== undefined);
      if (!wraps || fn.generator) return;
      const [argument] = call.arguments;
      const text = argument ? textOf(argument, analysis) : 'undefined';
      const isAsyncResult = method === 'resolve';
      const fixed = isAsyncResult
        ? argument?.type === 'ObjectExpression'
          ? `(${text})`
          : text
        : `throw ${text};`;
      report({
        at: call,
        messageId: method,
        detail: { confidence: 'certain' },
        ...(isAsyncResult
          ? { fix: { messageId: 'value', data: {}, fix: (fixer) => fixer.replaceText(value, fixed) } }
          : isStatement
            ? { fix: { messageId: 'throw', data: {}, fix: (fixer) => fixer.replaceText(whole, fixed) } }
            : {}),
      });
    };
    return {
      ReturnStatement(node) {
        if (node.argument) check(node.argument, node, true);
      },
      ArrowFunctionExpression(node) {
        if (node.expression) check(node.body, node.body, false);
      },
    };
  },
});

/** In a `try`, a rejection that is returned passes the catch by, and one that is thrown does not. */
function inTry(node: Node): boolean {
  for (let up = node.parent; up && !/Function/.test(up.type); up = up.parent)
    if (up.type === 'TryStatement') return true;
  return false;
}
