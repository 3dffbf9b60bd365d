import type { TSESTree } from '@typescript-eslint/utils';
import type { Node } from '../source/ast.ts';
import { enclosingFunction, isFunction, lastName } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { chainMethod } from '../source/promises.ts';

/** A callback called inside `then`: what it throws turns into a second call of it. */
export default defineRule({
  name: 'no-callback-in-promise',
  description: 'Report callbacks that are called inside then or catch',
  messages: {
    inside:
      'What {{name}}() throws here rejects this chain: {{effect}}. Call it outside the chain: process.nextTick({{name}}, …), or use util.callbackify().',
  },
  defaults: {},
  create({ report }) {
    return {
      CallExpression(call) {
        if (
          call.callee.type !== 'Identifier' ||
          !/^(?:cb|callback|done)$|(?:Callback|Cb)$/.test(call.callee.name)
        )
          return;
        const fn = enclosingFunction(call);
        const link = fn?.parent;
        if (
          link?.type !== 'CallExpression' ||
          chainMethod(link) !== 'then' ||
          !(link.arguments as Node[]).includes(fn!)
        )
          return;
        const catches = hasCatch(link, call.callee.name);
        report({
          at: call,
          messageId: 'inside',
          data: {
            name: call.callee.name,
            effect: catches
              ? 'the catch below calls it a second time'
              : 'nobody handles it, and the process ends',
          },
          detail: { confidence: 'possible' },
        });
      },
    };
  },
});

/** A `catch` after the link that gives its error to the same callback. */
function hasCatch(link: TSESTree.CallExpression, name: string): boolean {
  const next = link.parent.type === 'MemberExpression' ? link.parent.parent : undefined;
  if (next?.type !== 'CallExpression') return false;
  const [fn] = next.arguments;
  if (chainMethod(next) === 'catch')
    return (
      (fn?.type === 'Identifier' && fn.name === name) ||
      (isFunction(fn) && fn.body.type === 'CallExpression' && lastName(fn.body.callee) === name)
    );
  return hasCatch(next, name);
}
