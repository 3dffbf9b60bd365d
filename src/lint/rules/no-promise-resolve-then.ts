import { isFunction, lastName, unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { promiseMethod } from '../source/promises.ts';

/** `Promise.resolve().then(f)`: runs in a microtask, which is rarely what is meant. */
export default defineRule({
  name: 'no-promise-resolve-then',
  description: 'Report chains that begin at a promise which is settled already',
  messages: {
    then: 'This promise is settled already: then() only puts the function off by a microtask, before any input gets its turn. Call it, or use queueMicrotask() or setImmediate() to say which is meant.',
  },
  defaults: {},
  create({ analysis, report }) {
    return {
      CallExpression(call) {
        const callee = unwrap(call.callee);
        if (
          callee.type !== 'MemberExpression' ||
          lastName(callee) !== 'then' ||
          !isFunction(call.arguments[0])
        )
          return;
        const start = unwrap(callee.object);
        if (start.type !== 'CallExpression' || promiseMethod(start, analysis) !== 'resolve') return;
        const [value] = start.arguments;
        if (
          value &&
          value.type !== 'Literal' &&
          value.type !== 'ObjectExpression' &&
          value.type !== 'ArrayExpression'
        )
          return;
        report({ at: call, messageId: 'then', detail: { confidence: 'likely' } });
      },
    };
  },
});
