import type { TSESLint } from '@typescript-eslint/utils';
import type { FunctionNode } from '../source/ast.ts';
import { functionName, someNode } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { isPromise, returnsOf } from '../source/promises.ts';

/** An async function that awaits nothing: most often a forgotten `await`. */
export default defineRule({
  name: 'require-await',
  description: 'Report async functions that await nothing and return no promise',
  messages: {
    none: 'The async {{name}} awaits nothing and returns no promise: either an await is missing, or its callers wait a turn for nothing.',
    plain: 'Remove async: its callers get the value itself then.',
  },
  defaults: {},
  create({ analysis, report }) {
    const check = (fn: FunctionNode): void => {
      if (!fn.async || fn.generator || fn.returnType || isRequired(fn)) return;
      if (fn.body.type === 'BlockStatement' && fn.body.body.length === 0) return;
      const waits = someNode(
        fn.body,
        analysis.source.visitorKeys,
        (node) =>
          node.type === 'AwaitExpression' ||
          node.type === 'ThrowStatement' ||
          (node.type === 'ForOfStatement' && node.await) ||
          (node.type === 'VariableDeclaration' && node.kind === 'await using'),
        'own',
      );
      const values =
        fn.body.type === 'BlockStatement'
          ? returnsOf(fn, analysis).map(({ argument }) => argument)
          : [fn.body];
      // A call that nobody knows may give a promise.
      if (
        waits ||
        values.some(
          (value) => value !== null && (value.type === 'CallExpression' || isPromise(value, analysis)),
        )
      )
        return;
      const name = functionName(fn);
      const suggest: TSESLint.SuggestionReportDescriptor<string>[] =
        fn.parent.type === 'VariableDeclarator' || fn.type === 'FunctionDeclaration'
          ? [
              {
                messageId: 'plain',
                data: {},
                fix: (fixer) =>
                  fixer.removeRange([
                    fn.range[0],
                    fn.range[0] + /^async\s*/.exec(analysis.source.text.slice(fn.range[0]))![0].length,
                  ]),
              },
            ]
          : [];
      report({
        at: fn,
        messageId: 'none',
        data: { name: name ? `function ${name}` : 'function' },
        detail: { confidence: 'possible' },
        suggest,
      });
    };
    return { FunctionDeclaration: check, FunctionExpression: check, ArrowFunctionExpression: check };
  },
});

/** Arguments, methods and properties may have to be async because somebody else awaits them. */
const isRequired = (fn: FunctionNode): boolean =>
  !/^(?:VariableDeclarator|Program|BlockStatement|ExportNamedDeclaration)$/.test(fn.parent.type);
