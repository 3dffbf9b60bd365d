import type { TSESTree } from '@typescript-eslint/utils';
import { unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { callbackParameter } from '../source/node-callback.ts';
import { enclosingFunction } from '../source/ast.ts';

/** A string or `true` where the error belongs. */
export default defineRule({
  name: 'no-callback-literal',
  description: 'Report callbacks that get something else than an error or null first',
  messages: {
    literal:
      'The first argument of a callback is an error or null; {{what}} here is taken for an error without a stack. Give it an Error, or null and then the value.',
  },
  defaults: {},
  create({ analysis, report }) {
    return {
      CallExpression(call) {
        const [first] = call.arguments;
        if (call.callee.type !== 'Identifier' || !first || !isCallback(call, call.callee)) return;
        const value = unwrap(first);
        const isText = value.type === 'TemplateLiteral' || (value.type === 'Literal' && value.value !== null);
        if (isText)
          report({
            at: call,
            messageId: 'literal',
            data: { what: value.type === 'Literal' ? value.raw.slice(0, 30) : 'a string' },
            detail: { confidence: 'possible' },
          });
      },
    };

    function isCallback(call: TSESTree.CallExpression, callee: TSESTree.Identifier): boolean {
      if (callee.name === 'next' || callee.name === 'done') return false;
      const bound = analysis.bindings.variable(callee);
      for (let fn = enclosingFunction(call); fn; fn = enclosingFunction(fn))
        if (bound && callbackParameter(fn, analysis) === bound) return true;
      return false;
    }
  },
});
