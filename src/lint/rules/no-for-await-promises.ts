import type { TSESLint } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import { isFunction, lastName } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { textOf } from '../source/edits.ts';
import { originOf } from '../source/origin.ts';
import { givesPromise, isPromise } from '../source/promises.ts';

/** `for await` over a list of promises: while one is awaited, a rejection of a later one has no handler. */
export default defineRule({
  name: 'no-for-await-promises',
  description: 'Report for await over lists of promises',
  messages: {
    list: 'These promises all run already, and only one at a time is awaited: when a later one is rejected first, nobody handles it and the process ends. Loop over await Promise.all(…).',
    all: 'Loop over await Promise.all(…).',
  },
  defaults: {},
  create({ analysis, report }) {
    return {
      ForOfStatement(loop) {
        if (!loop.await || !isPromiseList(originOf(loop.right, analysis), analysis)) return;
        const start = analysis.source.text.slice(loop.range[0], loop.left.range[0]);
        const suggest: TSESLint.SuggestionReportDescriptor<string>[] = [
          {
            messageId: 'all',
            data: {},
            fix: (fixer) => [
              fixer.replaceTextRange([loop.range[0], loop.left.range[0]], start.replace(/\bawait\s*/, '')),
              fixer.replaceText(loop.right, `await Promise.all(${textOf(loop.right, analysis)})`),
            ],
          },
        ];
        report({ at: loop.right, messageId: 'list', detail: { confidence: 'certain' }, suggest });
      },
    };
  },
});

function isPromiseList(made: Node, analysis: Analysis): boolean {
  if (made.type === 'ArrayExpression')
    return (
      made.elements.length > 1 &&
      made.elements.every((element) => element !== null && isPromise(element, analysis))
    );
  if (
    made.type !== 'CallExpression' ||
    made.callee.type !== 'MemberExpression' ||
    lastName(made.callee) !== 'map'
  )
    return false;
  const [fn] = made.arguments;
  // A stream's own `map` gives a stream.
  if (analysis.bindings.resolve(made.callee.object)?.path.includes('()')) return false;
  return isFunction(fn) && givesPromise(fn, analysis);
}
