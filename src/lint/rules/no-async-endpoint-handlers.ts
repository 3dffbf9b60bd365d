import type { TSESTree } from '@typescript-eslint/utils';
import { isFunction, lastName, staticString } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { mayReject } from '../source/rejections.ts';

/** An async handler of Express 4, which does not look at promises: on an error the request is never answered. */
export default defineRule({
  name: 'no-async-endpoint-handlers',
  description: 'Report async handlers of Express 4, whose errors answer no request',
  messages: {
    handler:
      'Express 4 drops the promise of this handler: on an error {{route}} is never answered, and the process may end. Wrap it so that errors go to next(), or use Express 5, which does so itself.',
  },
  defaults: {},
  create({ analysis, report }) {
    if (/express-async-errors|express-promise-router|express-async-handler/.test(analysis.source.text))
      return {};
    return {
      CallExpression(call) {
        if (
          call.callee.type !== 'MemberExpression' ||
          !/^(?:get|post|put|patch|delete|all|use)$/.test(lastName(call.callee) ?? '')
        )
          return;
        const api = analysis.bindings.resolve(call.callee.object);
        if (api?.module !== 'express' || !api.path.includes('()')) return;
        for (const argument of call.arguments) {
          const [fn] = isFunction(argument)
            ? [argument]
            : argument.type === 'Identifier'
              ? analysis.reach.targets(argument)
              : [];
          if (!fn?.async || !mayReject(fn, analysis)) continue;
          report({
            at: argument,
            messageId: 'handler',
            data: { route: routeOf(call) },
            detail: { confidence: 'possible' },
          });
        }
      },
    };
  },
});

function routeOf(call: TSESTree.CallExpression): string {
  const path = staticString(call.arguments[0]);
  return path === undefined ? 'the request' : `${(lastName(call.callee) ?? '').toUpperCase()} ${path}`;
}
