import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import { enclosingFunction, isFunction, someNode, unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { originOf, isConstantName } from '../source/origin.ts';
import { calledFunctions, executorOf, globalName, promiseMethod } from '../source/promises.ts';
import { loopAround } from '../source/loops.ts';

/** What loses a race goes on: its timer keeps the process, and a promise that lives long keeps every race. */
export default defineRule({
  name: 'no-promise-race-leak',
  description: 'Report races whose losers are kept alive',
  messages: {
    timer:
      'When the other promise wins, this timer runs on: it keeps its memory, and the process, until it is due. Clear it in a finally, or use AbortSignal.timeout().',
    longLived:
      '{{name}} outlives this race, and every race adds a reaction to it that stays until it is settled: memory grows with every {{unit}}. Wait for it once, or use an AbortSignal.',
  },
  defaults: {},
  where: 'option',
  create({ analysis, report }) {
    return {
      CallExpression(call) {
        if (promiseMethod(call, analysis) !== 'race') return;
        const list = call.arguments[0] && unwrap(call.arguments[0]);
        if (list?.type !== 'ArrayExpression') return;
        const loop = loopAround(call);
        for (const element of list.elements) {
          if (!element) continue;
          const made = originOf(element, analysis);
          if (
            startsTimer(made, analysis) &&
            !/\b(?:clearTimeout|unref|abort)\b|\bprocess\.exit\(/.test(surroundings(call, analysis))
          ) {
            report({ at: call, messageId: 'timer', detail: { confidence: 'likely' } });
            return;
          }
          const name = unwrap(element);
          if (name.type !== 'Identifier' || made.type !== 'NewExpression') continue;
          const outlives = isConstantName(name, analysis)
            ? enclosingFunction(call) !== undefined
            : loop?.kind === 'statement' && made.range[0] < loop.node.range[0];
          if (!outlives) continue;
          report({
            at: call,
            messageId: 'longLived',
            data: { name: name.name, unit: loop ? 'turn' : 'call' },
            detail: { confidence: 'likely' },
          });
          return;
        }
      },
    };
  },
});

/** `new Promise((_, reject) => setTimeout(reject, ms))`, also made by a function of the file. */
function startsTimer(node: Node, analysis: Analysis): boolean {
  if (node.type === 'CallExpression') {
    return calledFunctions(node, analysis).some((fn) => {
      const body =
        fn.body.type === 'BlockStatement'
          ? fn.body.body.find(({ type }) => type === 'ReturnStatement')
          : undefined;
      const value =
        fn.body.type === 'BlockStatement' ? body?.type === 'ReturnStatement' && body.argument : fn.body;
      return value ? value.type === 'NewExpression' && startsTimer(value, analysis) : false;
    });
  }
  const executor = executorOf(node, analysis);
  return (
    executor !== undefined &&
    someNode(
      executor.body,
      analysis.source.visitorKeys,
      (inner) =>
        inner.type === 'CallExpression' &&
        globalName(inner.callee, analysis) === 'setTimeout' &&
        !isFunction(inner.parent.parent),
    )
  );
}

const surroundings = (node: Node, { source }: Analysis): string =>
  source.text.slice(...(enclosingFunction(node) ?? source.ast).range);
