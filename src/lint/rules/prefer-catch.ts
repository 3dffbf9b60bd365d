import { isFunction, unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { textOf } from '../source/edits.ts';
import { chainMethod } from '../source/promises.ts';

/** `then(ok, failed)`: an error in `ok` passes `failed` by. */
export default defineRule({
  name: 'prefer-catch',
  description: 'Report then() with a second function, which does not see errors of the first',
  messages: {
    second:
      'An error in the first function passes the second by: it sees only errors of what came before. Use catch() after then() if it is meant for both.',
    null: 'then() with only a second function is catch().',
    useCatch: 'Use catch().',
  },
  defaults: {},
  create({ analysis, report }) {
    return {
      CallExpression(call) {
        const [first, second] = call.arguments;
        if (chainMethod(call) !== 'then' || !first || !second || call.arguments.length !== 2) return;
        const isNull =
          (first.type === 'Literal' && first.value === null) ||
          (first.type === 'Identifier' && first.name === 'undefined');
        const callee = unwrap(call.callee);
        if (callee.type !== 'MemberExpression' || (!isNull && !(isFunction(first) && isFunction(second))))
          return;
        // Fixed only where it is the same; for two functions it is a different order.
        report({
          at: call,
          messageId: isNull ? 'null' : 'second',
          detail: { confidence: 'possible' },
          ...(isNull
            ? {
                fix: {
                  messageId: 'useCatch',
                  data: {},
                  fix: (fixer) =>
                    fixer.replaceTextRange(
                      [callee.property.range[0], call.range[1]],
                      `catch(${textOf(second, analysis)})`,
                    ),
                },
              }
            : {}),
          ...(isNull
            ? {}
            : {
                suggest: [
                  {
                    messageId: 'useCatch',
                    data: {},
                    fix: (fixer) =>
                      fixer.replaceTextRange(
                        [first.range[1], call.range[1]],
                        `).catch(${textOf(second, analysis)})`,
                      ),
                  },
                ],
              }),
        });
      },
    };
  },
});
