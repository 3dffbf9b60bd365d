import type { TSESTree } from '@typescript-eslint/utils';
import { enclosingFunction, lastName } from '../source/ast.ts';
import { comesOften } from '../source/comes-often.ts';
import { defineRule } from '../source/define-rule.ts';
import { globalName } from '../source/promises.ts';

/** An interval that every request starts and nothing ever stops. */
export default defineRule({
  name: 'require-clear-timer',
  description: 'Report intervals that are started again and again and never cleared',
  messages: {
    never:
      'Every {{unit}} starts an interval, and nothing can clear it: they run for ever, one more each time, with all that their function can see. Keep it and clear it when the {{unit}} ends.',
  },
  defaults: {},
  create({ analysis, report }) {
    return {
      CallExpression(call) {
        if (globalName(call.callee, analysis) !== 'setInterval') return;
        const when = analysis.reach.when(call);
        if (when.kind !== 'served' || !comesOften(when) || isClearable(call)) return;
        const isRequest = when.chain.some(({ kind }) => kind === 'http-request');
        report({
          at: call,
          messageId: 'never',
          data: { unit: isRequest ? 'request' : 'event' },
          detail: { confidence: 'likely' },
        });
      },
    };

    function isClearable(call: TSESTree.CallExpression): boolean {
      const { parent } = call;
      if (parent.type === 'ExpressionStatement') return false;
      if (parent.type !== 'VariableDeclarator' || parent.id.type !== 'Identifier') return true;
      const uses =
        analysis.bindings.variable(parent.id)?.references.filter((reference) => reference.isRead()) ?? [];
      // `timer.unref()` lets the process end; the interval runs on.
      return (
        uses.some(
          ({ identifier }) =>
            !(identifier.parent.type === 'MemberExpression' && lastName(identifier.parent) === 'unref'),
        ) || enclosingFunction(call) === undefined
      );
    }
  },
});
