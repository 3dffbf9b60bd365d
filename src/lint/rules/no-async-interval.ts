import { isFunction, someNode } from '../source/ast.ts';
import { defineRule, endOfRejection } from '../source/define-rule.ts';
import { globalName } from '../source/promises.ts';
import { mayReject } from '../source/rejections.ts';

/** An async function in setInterval: the next run begins whether or not this one has ended. */
export default defineRule<{ caught: 'ignore' | 'report' }>({
  name: 'no-async-interval',
  description: 'Report async functions given to setInterval',
  messages: {
    overlaps:
      'setInterval() does not wait: when this takes longer than the interval, runs pile up{{and}}. Await in a loop with setTimeout() of node:timers/promises between, or let each run set the next.',
  },
  options: { caught: { enum: ['ignore', 'report'] } },
  defaults: { caught: 'ignore' },
  survived: 'option',
  create({ analysis, options, report }) {
    return {
      CallExpression(call) {
        const [given] = call.arguments;
        if (globalName(call.callee, analysis) !== 'setInterval' || !given) return;
        const [fn] = isFunction(given)
          ? [given]
          : given.type === 'Identifier'
            ? analysis.reach.targets(given)
            : [];
        if (
          !fn?.async ||
          !someNode(fn.body, analysis.source.visitorKeys, ({ type }) => type === 'AwaitExpression', 'own')
        )
          return;
        // A flag that skips a run while another one is under way.
        const text = analysis.source.text.slice(...fn.range);
        if (
          /\b(?:is)?(?:running|busy|inProgress|inFlight|polling|locked|active|pending|working)\b/i.test(text)
        )
          return;
        const fails = mayReject(fn, analysis);
        if (!fails && options.caught === 'ignore') return;
        report({
          at: call,
          messageId: 'overlaps',
          data: { and: fails ? `, and an error in one ${endOfRejection(analysis)}` : '' },
          detail: { confidence: 'likely' },
        });
      },
    };
  },
});
