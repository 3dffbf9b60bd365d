import { isFunction } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { chainMethod } from '../source/promises.ts';

/** `catch(() => {})`: whatever went wrong, nobody will know. */
export default defineRule({
  name: 'no-swallowed-rejection',
  description: 'Report catch functions that do nothing with the error',
  messages: {
    chain:
      'Whatever goes wrong before this, nobody will know: the error is dropped without a look. Log it, or handle the one that is expected and throw the others.',
    awaited:
      'Whatever the awaited operation throws, nobody will know: this catch is empty. Log it, or handle the one that is expected and throw the others.',
  },
  defaults: {},
  create({ analysis, context, report }) {
    const isEmpty = (body: Parameters<typeof context.sourceCode.getCommentsInside>[0]): boolean =>
      context.sourceCode.getCommentsInside(body).length === 0;
    return {
      CallExpression(call) {
        const [fn] = call.arguments;
        if (chainMethod(call) !== 'catch' || !isFunction(fn) || fn.body.type !== 'BlockStatement') return;
        if (fn.body.body.length === 0 && isEmpty(fn.body))
          report({ at: call, messageId: 'chain', detail: { confidence: 'possible' } });
      },
      CatchClause(node) {
        // A comment in it says why.
        if (node.body.body.length > 0 || !isEmpty(node.body)) return;
        const text = analysis.source.text.slice(...node.parent.block.range);
        if (/\bawait\b/.test(text))
          report({ at: node, messageId: 'awaited', detail: { confidence: 'possible' } });
      },
    };
  },
});
