import { enclosingFunction, isFunction, lastName } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { chainMethod, isPromise } from '../source/promises.ts';

/** A promise begun in a callback of Node's kind: two ways to report an error, and one is forgotten. */
export default defineRule({
  name: 'no-promise-in-callback',
  description: 'Report promise chains in callbacks with an error argument',
  messages: {
    mixed:
      "A promise chain inside the callback of {{name}}(): its errors take another way than the callback's, and the one of the two that nobody looks at is lost. Use the form of {{name}}() with promises.",
  },
  defaults: {},
  create({ analysis, report }) {
    return {
      CallExpression(call) {
        if (
          chainMethod(call) !== 'then' ||
          call.parent.type === 'MemberExpression' ||
          call.parent.type === 'ReturnStatement' ||
          !isPromise(call, analysis)
        )
          return;
        const fn = enclosingFunction(call);
        const [error] = fn?.params ?? [];
        const outer = fn?.parent;
        if (
          !fn ||
          error?.type !== 'Identifier' ||
          !/^(?:e|er|err|error)$/.test(error.name) ||
          fn.params.length < 2
        )
          return;
        if (
          outer?.type !== 'CallExpression' ||
          outer.arguments.at(-1) !== fn ||
          !isFunction(fn) ||
          chainMethod(outer)
        )
          return;
        report({
          at: call,
          messageId: 'mixed',
          data: { name: lastName(outer.callee) ?? 'it' },
          detail: { confidence: 'possible' },
        });
      },
    };
  },
});
