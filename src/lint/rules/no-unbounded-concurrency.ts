import { defineRule } from '../source/define-rule.ts';
import { callsWithin } from '../source/api-calls.ts';
import { callsOf, fanOf, suggestBounded } from '../source/concurrency.ts';
import { textOf } from '../source/edits.ts';
import { lastName } from '../source/ast.ts';
import { originKind } from '../source/origin.ts';
import { isQuery } from '../source/queries.ts';
import { globalName } from '../source/promises.ts';

/** As many requests or queries at once as a list is long, where nobody limits the list. */
export default defineRule<{ lists: 'unlimited' | 'any'; limit: number }>({
  name: 'no-unbounded-concurrency',
  description: 'Report Promise.all over lists of any length, where each element starts a request or a query',
  messages: {
    unbounded:
      'Every element of {{list}} starts {{operation}}() at once, and {{why}}: a long list takes all connections and all memory, here and on the other side. Run a bounded number at a time.',
    bound: 'At most {{limit}} at a time, with Readable.from().map().',
  },
  options: { lists: { enum: ['unlimited', 'any'] }, limit: { type: 'integer', minimum: 1 } },
  defaults: { lists: 'unlimited', limit: 8 },
  create(tools) {
    const { analysis, options, report } = tools;
    return {
      CallExpression(call) {
        const fan = fanOf(call, analysis);
        if (!fan || analysis.reach.when(call).kind === 'start-up' || analysis.kind === 'command') return;
        const operation = callsOf(fan.fn, analysis, (fn) => callsWithin(fn, analysis)).find(
          (one) =>
            isQuery(one, analysis) ||
            /^(?:fetch|axios)/.test(
              globalName(one.callee, analysis) ?? analysis.bindings.resolve(one.callee)?.module ?? '',
            ),
        );
        if (!operation) return;
        const isRequest = originKind(fan.list, analysis) === 'request';
        const isQueried =
          fan.list.type === 'Identifier' &&
          /^(?:all|rows|records|documents|docs)$|^all[A-Z]/.test(fan.list.name);
        if (!isRequest && !isQueried && options.lists === 'unlimited') return;
        report({
          at: call,
          messageId: 'unbounded',
          data: {
            list: textOf(fan.list, analysis).slice(0, 40),
            operation: lastName(operation.callee) ?? 'it',
            why: isRequest ? 'the client decides how long it is' : 'nothing limits how long it is',
          },
          detail: { confidence: isRequest ? 'likely' : 'possible' },
          suggest: suggestBounded(fan, options.limit, tools),
        });
      },
    };
  },
});
