import { enclosingFunction, isFunction, lastName } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { promiseForm } from '../source/blocking-apis.ts';
import { loopAround } from '../source/loops.ts';
import { executorOf } from '../source/promises.ts';

/** Callbacks of Node's functions inside async functions, which could simply await. */
export default defineRule<{ where: 'async' | 'any' }>({
  name: 'prefer-promises',
  description: 'Report callbacks of Node functions that have a form with promises',
  messages: {
    callback:
      '{{name}}() with a callback goes on outside this async function: nobody waits for it here, and what its callback throws ends the process. Await {{instead}}.',
    plain: '{{name}}() has a form with promises: {{instead}}.',
  },
  options: { where: { enum: ['async', 'any'] } },
  defaults: { where: 'async' },
  create({ analysis, options, report }) {
    return {
      CallExpression(call) {
        const api = analysis.bindings.resolve(call.callee);
        const name = api?.path.length === 1 ? api.path[0]! : '';
        if (
          api?.module !== 'fs' ||
          promiseForm(name) === undefined ||
          name.endsWith('Sync') ||
          !isFunction(call.arguments.at(-1))
        )
          return;
        const around = enclosingFunction(call);
        const isExecutor =
          around?.parent.type === 'NewExpression' && executorOf(around.parent, analysis) === around;
        if (isExecutor || loopAround(call)?.kind === 'method') return;
        if (!around?.async && options.where === 'async') return;
        report({
          at: call,
          messageId: around?.async ? 'callback' : 'plain',
          data: { name: lastName(call.callee) ?? name, instead: `fs.promises.${name}()` },
          detail: { confidence: around?.async ? 'likely' : 'possible' },
        });
      },
    };
  },
});
