import type { FunctionNode } from '../source/ast.ts';
import { isFunction } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { returnsWithout, trackFlow } from '../source/flow.ts';
import { chainMethod } from '../source/promises.ts';

/** A `then` in the middle of a chain that on some way gives nothing to the next. */
export default defineRule({
  name: 'always-return',
  description: 'Report functions in the middle of a promise chain that do not always return',
  messages: {
    nothing:
      'On some way this function returns nothing, so the next link of the chain gets undefined and does not wait for what was begun here. Return on every way.',
  },
  defaults: {},
  create({ analysis, report }) {
    const links = analysis.functions.filter(isLink);
    const flow = trackFlow<'return'>(links, (end) => {
      if (!end.fn || !isLink(end.fn)) return;
      if (returnsWithout(end, () => true))
        report({ at: end.fn, messageId: 'nothing', detail: { confidence: 'possible' } });
    });
    return { ...flow.listeners, ReturnStatement: () => flow.mark('return') };
  },
});

const isLink = (fn: FunctionNode): boolean => !fn.async && fn.body.type === 'BlockStatement' && isMiddle(fn);

/** `then(fn)` with another `then` after it that wants a value. */
function isMiddle(fn: FunctionNode): boolean {
  const call = fn.parent;
  if (call.type !== 'CallExpression' || chainMethod(call) !== 'then' || call.arguments[0] !== fn)
    return false;
  const next = call.parent.type === 'MemberExpression' ? call.parent.parent : undefined;
  if (next?.type !== 'CallExpression' || chainMethod(next) !== 'then') return false;
  const [taker] = next.arguments;
  return !isFunction(taker) || taker.params.length > 0;
}
