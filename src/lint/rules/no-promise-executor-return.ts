import type { TSESLint } from '@typescript-eslint/utils';
import { unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { textOf } from '../source/edits.ts';
import { executorOf, isPromise, returnsOf } from '../source/promises.ts';

/** What an executor returns is thrown away; returned by mistake, it looks like the promise's value. */
export default defineRule<{ calls: 'ignore' | 'report' }>({
  name: 'no-promise-executor-return',
  description: 'Report values returned from the function given to new Promise',
  messages: {
    value: 'The value that this function returns is thrown away: only resolve() settles the promise.',
    promise:
      'This promise is thrown away: its errors are not handled by anyone, and nobody waits for it. Await it before, or do without new Promise.',
    braces: 'Put it in braces.',
  },
  options: { calls: { enum: ['ignore', 'report'] } },
  defaults: { calls: 'ignore' },
  create({ analysis, options, report }) {
    return {
      NewExpression(node) {
        const executor = executorOf(node, analysis);
        if (!executor || executor.async) return;
        const body = executor.body;
        const values =
          body.type === 'BlockStatement'
            ? returnsOf(executor, analysis).map(({ argument }) => argument)
            : [body];
        for (const value of values) {
          const plain = value && unwrap(value);
          if (
            !plain ||
            (plain.type === 'Identifier' && plain.name === 'undefined') ||
            plain.type === 'UnaryExpression'
          )
            continue;
          const dropped = isPromise(plain, analysis);
          // `return resolve(x)` leaves; `(resolve) => setTimeout(resolve, 1)` is everyone's habit.
          if (!dropped && plain.type === 'CallExpression' && options.calls === 'ignore') continue;
          const suggest: TSESLint.SuggestionReportDescriptor<string>[] =
            value === body
              ? [
                  {
                    messageId: 'braces',
                    data: {},
                    fix: (fixer) => fixer.replaceText(body, `{ ${textOf(body, analysis)}; }`),
                  },
                ]
              : [];
          report({
            at: plain,
            messageId: dropped ? 'promise' : 'value',
            detail: { confidence: dropped ? 'certain' : 'possible' },
            suggest: dropped ? [] : suggest,
          });
        }
      },
    };
  },
});
