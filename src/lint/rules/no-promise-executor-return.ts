import type { TSESLint } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
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
          const arrow = value === body ? arrowBefore(body, analysis) : undefined;
          const suggest: TSESLint.SuggestionReportDescriptor<string>[] =
            arrow === undefined
              ? []
              : [
                  {
                    messageId: 'braces',
                    data: {},
                    // The parentheses around it do not belong to the node.
                    fix: (fixer) =>
                      fixer.replaceTextRange(
                        [arrow, executor.range[1]],
                        ` { ${asStatement(plain, analysis)}; }`,
                      ),
                  },
                ];
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

/** Where the body of an arrow function begins: after the arrow. Undefined where a comment stands between. */
function arrowBefore(body: Node, { source }: Analysis): number | undefined {
  const at = source.text.lastIndexOf('=>', body.range[0]) + 2;
  return /^[\s(]*$/.test(source.text.slice(at, body.range[0])) ? at : undefined;
}

/** What would begin a block or a declaration stands in parentheses. */
function asStatement(value: Node, analysis: Analysis): string {
  const text = textOf(value, analysis);
  return /^(?:ObjectExpression|FunctionExpression|ClassExpression)$/.test(value.type) ? `(${text})` : text;
}
