import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import { isFunction, lastName, unwrap } from '../source/ast.ts';
import { GLOBAL } from '../source/bindings.ts';
import { defineRule } from '../source/define-rule.ts';
import { calledFunctions, chainMethod, isPromise, promiseMethod } from '../source/promises.ts';

/** Promise functions with arguments that they ignore or must have. */
export default defineRule({
  name: 'valid-params',
  description: 'Report promise functions with arguments they do not look at, or without those they need',
  messages: {
    iterable:
      'Promise.{{name}}() takes one list and ignores the rest: what is given after the first is not waited for. Put the promises into a list.',
    none: 'Promise.{{name}}() needs a list: without one it is rejected at once.',
    more: '{{name}}() ignores all but its first {{count}}: what comes after never runs.',
  },
  defaults: {},
  scope: 'everywhere',
  create({ analysis, report }) {
    return {
      CallExpression(call) {
        const { length } = call.arguments;
        if (call.arguments.some(({ type }) => type === 'SpreadElement')) return;
        const method = promiseMethod(call, analysis);
        if (method && /^(?:all|allSettled|any|race)$/.test(method)) {
          if (length !== 1)
            report({
              at: call,
              messageId: length === 0 ? 'none' : 'iterable',
              data: { name: method },
              detail: { confidence: 'certain' },
            });
          return;
        }
        const name = call.callee.type === 'MemberExpression' ? lastName(call.callee) : undefined;
        const most = name === 'then' ? 2 : name === 'catch' || name === 'finally' ? 1 : undefined;
        if (most === undefined || length <= most || call.callee.type !== 'MemberExpression') return;
        if (
          !isPromise(call.callee.object, analysis) ||
          (name === 'catch' && takesClass(call) && !isNative(call.callee.object, analysis))
        )
          return;
        report({
          at: call,
          messageId: 'more',
          data: { name: name!, count: most === 1 ? 'argument' : 'two arguments' },
          detail: { confidence: 'certain' },
        });
      },
    };
  },
});

/** `catch(NotFoundError, handler)`: promises of libraries answer the errors of one class. */
const takesClass = ({ arguments: given }: TSESTree.CallExpression): boolean =>
  given.length > 1 && !isFunction(given[0]) && /^[A-Z]|Error$|Exception$/.test(lastName(given[0]!) ?? '');

/** The chain begins with a promise that is surely one of the language. */
function isNative(promise: Node, analysis: Analysis): boolean {
  const call = unwrap(promise);
  if (call.type === 'NewExpression') return isPromise(call, analysis);
  if (call.type !== 'CallExpression') return false;
  const callee = unwrap(call.callee);
  if (chainMethod(call) && callee.type === 'MemberExpression') return isNative(callee.object, analysis);
  const targets = calledFunctions(call, analysis);
  if (targets.length > 0) return targets.every((fn) => fn.async);
  return analysis.bindings.resolve(callee)?.module === GLOBAL && isPromise(call, analysis);
}
