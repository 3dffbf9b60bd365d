import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { promiseMethod } from '../source/promises.ts';

/** `Promise.all([await a(), await b()])`: one after the other, although it says together. */
export default defineRule({
  name: 'no-await-in-promise-methods',
  description: 'Report awaits inside the list of Promise.all, which run one after another',
  messages: {
    serial:
      'This await makes {{what}}: the list is complete, and Promise.{{name}}() gets its turn, only when it is done. Remove the await.',
    remove: 'Remove the awaits in the list.',
  },
  defaults: {},
  scope: 'everywhere',
  create({ analysis, report }) {
    return {
      CallExpression(call) {
        const name = promiseMethod(call, analysis);
        const list = call.arguments[0] && unwrap(call.arguments[0]);
        if (!name || !/^(?:all|allSettled|any|race)$/.test(name) || list?.type !== 'ArrayExpression') return;
        const awaits = list.elements.filter(
          (element): element is TSESTree.AwaitExpression => element?.type === 'AwaitExpression',
        );
        const first = awaits[0];
        if (!first) return;
        const what =
          list.elements.length > 1 ? 'the calls run one after another' : 'the list hold a value, no promise';
        const suggest: TSESLint.SuggestionReportDescriptor<string>[] = [
          {
            messageId: 'remove',
            data: {},
            fix: (fixer) => awaits.map((one) => fixer.removeRange([one.range[0], one.argument.range[0]])),
          },
        ];
        report({
          at: first,
          messageId: 'serial',
          data: { what, name },
          detail: { confidence: 'certain' },
          suggest,
        });
      },
    };
  },
});
