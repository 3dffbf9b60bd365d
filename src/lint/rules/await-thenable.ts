import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import { isFunction, lastName, unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { textOf } from '../source/edits.ts';
import { calledFunctions, globalName, returnsOf } from '../source/promises.ts';

/** Awaiting what is no promise: most often the promise was meant and something else is there. */
export default defineRule({
  name: 'await-thenable',
  description: 'Report awaits of values that are no promises',
  messages: {
    callback:
      '{{what}} with a callback gives no promise: this await waits for nothing. Use the form that gives a promise.',
    plain: '{{what}} is no promise: this await waits for nothing.',
    list: 'A list is no promise: this await waits for none of its elements. Await Promise.all of it.',
    all: 'Await Promise.all of it.',
    remove: 'Remove the await.',
  },
  defaults: {},
  create({ analysis, report }) {
    return {
      AwaitExpression(node) {
        const value = unwrap(node.argument);
        if (value.type === 'ArrayExpression' || isMapCall(value)) {
          const fix = {
            messageId: 'all',
            data: {},
            fix: (fixer: TSESLint.RuleFixer) =>
              fixer.replaceText(node.argument, `Promise.all(${textOf(value, analysis)})`),
          };
          report({ at: node, messageId: 'list', detail: { confidence: 'certain' }, suggest: [fix] });
          return;
        }
        const found = noPromise(value, analysis);
        if (!found) return;
        report({
          at: node,
          messageId: found.kind,
          data: { what: found.what },
          detail: { confidence: 'certain' },
          suggest:
            found.kind === 'plain'
              ? [
                  {
                    messageId: 'remove',
                    data: {},
                    fix: (fixer) => fixer.replaceText(node, textOf(node.argument, analysis)),
                  },
                ]
              : [],
        });
      },
    };
  },
});

/** `xs.map(async …)` gives a list. */
function isMapCall(value: TSESTree.Node): boolean {
  return (
    value.type === 'CallExpression' &&
    value.callee.type === 'MemberExpression' &&
    lastName(value.callee) === 'map' &&
    isFunction(value.arguments[0]) &&
    value.arguments[0].async
  );
}

function noPromise(
  value: TSESTree.Node,
  analysis: Analysis,
): { kind: 'plain' | 'callback'; what: string } | undefined {
  if (value.type === 'TemplateLiteral' || value.type === 'Literal') {
    return { kind: 'plain', what: 'A constant' };
  }
  if (value.type !== 'CallExpression') return undefined;
  const what = `${lastName(value.callee) ?? 'It'}()`;
  const api = analysis.bindings.resolve(value.callee);
  const isCore = api && /^(?:fs|child_process|crypto|zlib|dns)$/.test(api.module) && api.path.length === 1;
  if (isCore && isFunction(value.arguments.at(-1))) return { kind: 'callback', what };
  if (
    /^(?:setTimeout|setImmediate|setInterval|JSON\.(?:parse|stringify)|Object\.(?:keys|values|entries))$/.test(
      globalName(value.callee, analysis) ?? '',
    )
  )
    return { kind: 'plain', what };
  const targets = calledFunctions(value, analysis);
  const isPlain =
    targets.length > 0 &&
    targets.every(
      (fn) =>
        !fn.async &&
        !fn.generator &&
        fn.body.type === 'BlockStatement' &&
        !isMethod(fn) &&
        returnsOf(fn, analysis).every(({ argument }) => argument === null || isConstant(argument)),
    );
  return isPlain ? { kind: 'plain', what } : undefined;
}

/** A method may be overridden by one that does give a promise. */
const isMethod = (fn: TSESTree.Node): boolean =>
  /^(?:MethodDefinition|Property|PropertyDefinition)$/.test(fn.parent?.type ?? '');

const isConstant = (node: TSESTree.Node): boolean => /^(?:Literal|TemplateLiteral)$/.test(unwrap(node).type);
