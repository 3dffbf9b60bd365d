import { enclosingFunction } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { globalName } from '../source/promises.ts';

/** `process.exit` in what serves: whatever is under way is cut off. */
export default defineRule<{ where: 'served' | 'any' }>({
  name: 'no-process-exit',
  description: 'Report process.exit() in functions of programs that serve',
  messages: {
    exit: 'process.exit() cuts off every request that is under way, and what is still to be written to logs and files. {{cure}}',
  },
  options: { where: { enum: ['served', 'any'] } },
  defaults: { where: 'any' },
  create({ analysis, options, report }) {
    return {
      CallExpression(call) {
        if (
          globalName(call.callee, analysis) !== 'process.exit' ||
          analysis.kind === 'command' ||
          !enclosingFunction(call)
        )
          return;
        const when = analysis.reach.when(call).kind;
        if (when === 'start-up' || (when === 'unknown' && options.where === 'served')) return;
        const cure =
          when === 'served'
            ? 'Answer with an error, and let the others finish.'
            : 'Throw, or set process.exitCode and close what is open.';
        report({
          at: call,
          messageId: 'exit',
          data: { cure },
          detail: { confidence: when === 'served' ? 'likely' : 'possible' },
        });
      },
    };
  },
});
