import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import { isFunction, unwrap } from '../source/ast.ts';
import type { RuleTools } from '../source/define-rule.ts';
import { defineRule } from '../source/define-rule.ts';
import { addImport, hasComments, textOf } from '../source/edits.ts';
import type { Construction } from '../source/settling.ts';
import { constructions, onlyExpression } from '../source/settling.ts';

/** `new Promise` written by hand around one function with a callback. */
export default defineRule({
  name: 'prefer-promisify',
  description: 'Report new Promise around a single function of Node with a callback',
  messages: {
    promisify:
      'This is util.promisify({{name}}) written by hand. Use {{instead}}, in which no way can be forgotten.',
    use: 'Use {{instead}}.',
  },
  defaults: {},
  create(tools) {
    const { analysis, report } = tools;
    return {
      'Program:exit'() {
        for (const construction of constructions(analysis)) {
          const call = wrappedCall(construction, analysis);
          if (!call) continue;
          const name = textOf(call.callee, analysis);
          const instead = promiseForm(call, analysis);
          report({
            at: construction.promise,
            messageId: 'promisify',
            data: { name, instead },
            detail: { confidence: 'likely' },
            suggest: suggest(construction, call, instead, tools),
          });
        }
      },
    };
  },
});

/** The one call in the executor, with `(error, value) => error ? reject(error) : resolve(value)` in any of its spellings. */
function wrappedCall(
  { executor, settlers }: Construction,
  analysis: Analysis,
): TSESTree.CallExpression | undefined {
  const call = onlyExpression(executor);
  if (call?.type !== 'CallExpression' || settlers.length !== 2) return undefined;
  const api = analysis.bindings.resolve(call.callee);
  if (
    !api ||
    api.path.length !== 1 ||
    !/^(?:fs|zlib|crypto|dns)$/.test(api.module) ||
    /^(?:exists|access|watch|watchFile)$/.test(api.path[0]!)
  )
    return undefined;
  const callback = call.arguments.at(-1);
  return isFunction(callback) &&
    isPlainCallback(
      callback.body,
      callback.params,
      settlers.map(({ name }) => name),
    )
    ? call
    : undefined;
}

function isPlainCallback(body: Node, params: readonly Node[], [resolve, reject]: string[]): boolean {
  const [error, value] = params;
  if (error?.type !== 'Identifier' || params.length > 2 || (value && value.type !== 'Identifier'))
    return false;
  const calls = (
    node: Node | null | undefined,
    name: string | undefined,
    argument: string | undefined,
  ): boolean => {
    const statement = node?.type === 'BlockStatement' && node.body.length === 1 ? node.body[0] : node;
    const plain =
      statement?.type === 'ReturnStatement'
        ? statement.argument
        : statement?.type === 'ExpressionStatement'
          ? statement.expression
          : statement;
    if (plain?.type !== 'CallExpression' || plain.callee.type !== 'Identifier' || plain.callee.name !== name)
      return false;
    const [first] = plain.arguments;
    return argument === undefined ? !first : first?.type === 'Identifier' && first.name === argument;
  };
  const given = value?.type === 'Identifier' ? value.name : undefined;
  const isTest = (node: Node): boolean => node.type === 'Identifier' && node.name === error.name;
  if (body.type === 'ConditionalExpression')
    return (
      isTest(body.test) && calls(body.consequent, reject, error.name) && calls(body.alternate, resolve, given)
    );
  if (body.type !== 'BlockStatement') return false;
  const [first, second] = body.body;
  if (first?.type !== 'IfStatement' || !isTest(first.test) || !calls(first.consequent, reject, error.name))
    return false;
  if (first.alternate) return body.body.length === 1 && calls(first.alternate, resolve, given);
  const leaves = /^(?:ReturnStatement|BlockStatement)$/.test(first.consequent.type);
  return body.body.length === 2 && leaves && calls(second, resolve, given);
}

function promiseForm(call: TSESTree.CallExpression, analysis: Analysis): string {
  const api = analysis.bindings.resolve(call.callee);
  const callee = unwrap(call.callee);
  if (api?.module === 'fs')
    return callee.type === 'MemberExpression'
      ? `${textOf(callee.object, analysis)}.promises.${api.path[0]!}()`
      : `${api.path[0]!}() of node:fs/promises`;
  return `promisify(${textOf(callee, analysis)})()`;
}

function suggest(
  construction: Construction,
  call: TSESTree.CallExpression,
  instead: string,
  { analysis, context }: RuleTools<unknown>,
): TSESLint.SuggestionReportDescriptor<string>[] {
  if (
    instead.includes(' of ') ||
    analysis.bindings.isBound('promisify') ||
    hasComments(construction.promise, context)
  )
    return [];
  const args = call.arguments
    .slice(0, -1)
    .map((argument) => textOf(argument, analysis))
    .join(', ');
  const text = `${instead.slice(0, -2)}(${args})`;
  return [
    {
      messageId: 'use',
      data: { instead },
      fix: (fixer) => [
        ...(text.startsWith('promisify(') ? [addImport(fixer, 'promisify', 'node:util', analysis)] : []),
        fixer.replaceText(construction.promise, text),
      ],
    },
  ];
}
