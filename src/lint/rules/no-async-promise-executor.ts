import type { TSESLint } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { FunctionNode, Node } from '../source/ast.ts';
import { someNode } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { executorOf } from '../source/promises.ts';
import { mayReject } from '../source/rejections.ts';

/** An async executor: what it throws rejects nothing. */
export default defineRule({
  name: 'no-async-promise-executor',
  description: 'Report async functions given to new Promise',
  messages: {
    async:
      'An error in this async function does not reject the new promise: whoever awaits it waits for ever, and the process ends with an unhandled rejection. Await before it, or do without new Promise.',
    plain: 'Remove async: it awaits nothing.',
  },
  defaults: {},
  scope: 'everywhere',
  create({ analysis, report }) {
    return {
      NewExpression(node) {
        const executor = executorOf(node, analysis);
        if (!executor?.async || answersAll(executor, analysis)) return;
        const awaits = someNode(
          executor.body,
          analysis.source.visitorKeys,
          (inner) => inner.type === 'AwaitExpression' || (inner.type === 'ForOfStatement' && inner.await),
          'own',
        );
        const suggest: TSESLint.SuggestionReportDescriptor<string>[] = awaits
          ? []
          : [
              {
                messageId: 'plain',
                data: {},
                fix: (fixer) =>
                  fixer.removeRange([
                    executor.range[0],
                    executor.range[0] +
                      /^async\s*/.exec(analysis.source.text.slice(executor.range[0]))![0].length,
                  ]),
              },
            ];
        report({ at: executor, messageId: 'async', detail: { confidence: 'certain' }, suggest });
      },
    };
  },
});

/** All that can fail in it stands in a `try` whose `catch` settles the promise. */
function answersAll(executor: FunctionNode, analysis: Analysis): boolean {
  const keys = analysis.source.visitorKeys;
  const settlers = new Set(
    executor.params.flatMap((param) => (param.type === 'Identifier' ? [param.name] : [])),
  );
  const settles = (node: Node): boolean => node.type === 'Identifier' && settlers.has(node.name);
  return (
    !mayReject(executor, analysis) &&
    someNode(
      executor.body,
      keys,
      (node) => node.type === 'CatchClause' && someNode(node.body, keys, settles),
      'own',
    )
  );
}
