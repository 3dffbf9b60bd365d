import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import { contains, isFunction, lastName, someNode } from '../source/ast.ts';
import { fanOf } from '../source/concurrency.ts';
import { defineRule } from '../source/define-rule.ts';

/** Parallel functions that push into one list: its order is the order in which they end. */
export default defineRule({
  name: 'no-unordered-async',
  description: 'Report lists that parallel functions fill in the order in which they end',
  messages: {
    order:
      '{{list}} gets its elements in the order in which these operations end, which differs from run to run. Return the value and take the list that Promise.all gives, which keeps the order.',
  },
  defaults: {},
  create({ analysis, report }) {
    return {
      CallExpression(call) {
        const fan = fanOf(call, analysis);
        if (!fan || !isFunction(fan.map.arguments[0])) return;
        const { fn } = fan;
        const pushes: TSESTree.CallExpression[] = [];
        let awaited = Infinity;
        someNode(
          fn.body,
          analysis.source.visitorKeys,
          (node) => {
            if (node.type === 'AwaitExpression') awaited = Math.min(awaited, node.range[0]);
            if (node.type === 'CallExpression' && isOuterPush(node, fn, analysis)) pushes.push(node);
            return false;
          },
          'own',
        );
        const push = pushes.find((one) => one.range[1] > awaited);
        if (!push || push.callee.type !== 'MemberExpression') return;
        report({
          at: push,
          messageId: 'order',
          data: { list: lastName(push.callee.object) ?? 'The list' },
          detail: { confidence: 'possible' },
        });
      },
    };
  },
});

/** A push after an await into a list from outside that nobody sorts. */
function isOuterPush(call: TSESTree.CallExpression, fn: TSESTree.Node, analysis: Analysis): boolean {
  if (
    call.callee.type !== 'MemberExpression' ||
    lastName(call.callee) !== 'push' ||
    call.callee.object.type !== 'Identifier'
  )
    return false;
  const bound = analysis.bindings.variable(call.callee.object);
  if (!bound || contains(fn, bound.scope.block)) return false;
  return !bound.references.some(
    ({ identifier }) =>
      identifier.parent.type === 'MemberExpression' &&
      /^(?:sort|toSorted)$/.test(lastName(identifier.parent) ?? ''),
  );
}
