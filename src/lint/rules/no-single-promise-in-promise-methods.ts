import { unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { textOf } from '../source/edits.ts';
import { promiseMethod } from '../source/promises.ts';

/** `Promise.all([p])`: the list of one, most often the rest of an edit. */
export default defineRule({
  name: 'no-single-promise-in-promise-methods',
  description: 'Report Promise.all, any and race of a single promise',
  messages: {
    one: 'Promise.{{name}}() of one promise is that promise. Await it directly, or add those that are missing.',
    direct: 'Await it directly.',
  },
  defaults: {},
  create({ analysis, report }) {
    return {
      CallExpression(call) {
        const name = promiseMethod(call, analysis);
        if (!name || !/^(?:all|any|race)$/.test(name)) return;
        const list = call.arguments[0] && unwrap(call.arguments[0]);
        if (list?.type !== 'ArrayExpression' || list.elements.length !== 1) return;
        const [only] = list.elements;
        if (!only || only.type === 'SpreadElement') return;
        const { parent } = call;
        // `all` gives a list, so it is the same only where the result is not looked at.
        const isDropped = parent.type === 'AwaitExpression' && parent.parent.type === 'ExpressionStatement';
        const isSame = isDropped || (name !== 'all' && parent.type === 'AwaitExpression');
        const text =
          only.type === 'CallExpression' || only.type === 'Identifier'
            ? textOf(only, analysis)
            : `(${textOf(only, analysis)})`;
        report({
          at: call,
          messageId: 'one',
          data: { name },
          detail: { confidence: 'certain' },
          ...(isSame
            ? { fix: { messageId: 'direct', data: {}, fix: (fixer) => fixer.replaceText(call, text) } }
            : {}),
        });
      },
    };
  },
});
