import type { TSESTree } from '@typescript-eslint/utils';
import type { Node } from '../source/ast.ts';
import { unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { promiseMethod } from '../source/promises.ts';
import { constructions, settlings } from '../source/settling.ts';

/** A rejection without a stack: nobody will know where it came from. */
export default defineRule({
  name: 'prefer-promise-reject-errors',
  description: 'Report promises rejected with what is no error',
  messages: {
    literal:
      'Rejecting with {{what}} leaves no stack: whoever sees it cannot tell where it comes from. Reject with an Error.',
  },
  defaults: {},
  create({ analysis, report }) {
    const check = (call: TSESTree.CallExpression): void => {
      const what = noError(call.arguments[0]);
      if (what) report({ at: call, messageId: 'literal', data: { what }, detail: { confidence: 'certain' } });
    };
    return {
      CallExpression(call) {
        if (promiseMethod(call, analysis) === 'reject') check(call);
      },
      'Program:exit'() {
        for (const construction of constructions(analysis)) {
          const reject = construction.settlers[1];
          for (const { call, node } of settlings(construction)) {
            if (call && reject?.references.some(({ identifier }) => identifier === node)) check(call);
          }
        }
      },
    };
  },
});

function noError(given: Node | undefined): string | undefined {
  const value = given && unwrap(given);
  if (!value || (value.type === 'Identifier' && value.name === 'undefined')) return 'nothing';
  if (value.type === 'Literal') return value.value === null ? 'null' : `a ${typeof value.value}`;
  if (value.type === 'TemplateLiteral') return 'a string';
  if (value.type === 'ObjectExpression') return 'a plain object';
  return undefined;
}
