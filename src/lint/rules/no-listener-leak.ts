import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import { isFunction, lastName, staticString } from '../source/ast.ts';
import { comesOften } from '../source/comes-often.ts';
import { defineRule } from '../source/define-rule.ts';
import { textOf } from '../source/edits.ts';
import { isConstantName } from '../source/origin.ts';
import { globalName } from '../source/promises.ts';

/** A listener added for every request to something that lives as long as the program. */
export default defineRule({
  name: 'no-listener-leak',
  description: 'Report listeners that every request adds to an emitter which outlives it',
  messages: {
    leak: "Every run of this adds a listener to {{emitter}}, which lives as long as the program, and none is removed: memory grows, and each '{{event}}' calls all of them. Remove it when the request ends, or add it once outside.",
  },
  defaults: {},
  create({ analysis, report }) {
    return {
      CallExpression(call) {
        const leak = listenerLeak(call, analysis);
        if (!leak) return;
        report({
          at: call,
          messageId: 'leak',
          data: { emitter: leak.emitter.slice(0, 40), event: leak.event },
          detail: { confidence: 'likely' },
        });
      },
    };
  },
});

/** The emitter, as it is written, and the event to which every run of the call adds a listener; undefined when one is removed, or the emitter goes. */
export function listenerLeak(
  call: TSESTree.CallExpression,
  analysis: Analysis,
): { emitter: string; event: string } | undefined {
  if (
    call.callee.type !== 'MemberExpression' ||
    !/^(?:on|addListener|prependListener|addEventListener)$/.test(lastName(call.callee) ?? '')
  )
    return undefined;
  const event = staticString(call.arguments[0]);
  const { object } = call.callee;
  if (
    event === undefined ||
    !call.arguments[1] ||
    !comesOften(analysis.reach.when(call)) ||
    !outlives(object, analysis)
  )
    return undefined;
  const emitter = textOf(object, analysis);
  return isRemoved(call, emitter, event, analysis) || hasSignal(call, analysis)
    ? undefined
    : { emitter, event };
}

function outlives(emitter: TSESTree.Expression, analysis: Analysis): boolean {
  if (globalName(emitter, analysis) === 'process') return true;
  if (emitter.type !== 'Identifier' || !isConstantName(emitter, analysis)) return false;
  const made = analysis.bindings.variable(emitter);
  // The server's own listeners are added once, in what looks served only because a framework calls it.
  return made !== undefined && !/^(?:app|server|io|wss?|fastify|router)$/i.test(emitter.name);
}

function isRemoved(
  call: TSESTree.CallExpression,
  name: string,
  event: string,
  { source }: Analysis,
): boolean {
  const listener = call.arguments[1]!;
  const { text } = source;
  if (
    /\.(?:removeAllListeners|off|removeListener|removeEventListener)\(/.test(text) &&
    !isFunction(listener)
  ) {
    return ['off', 'removeListener', 'removeEventListener', 'removeAllListeners'].some((method) =>
      text.includes(`${name}.${method}(`),
    );
  }
  return text.includes(`${name}.removeAllListeners('${event}'`);
}

function hasSignal(call: TSESTree.CallExpression, analysis: Analysis): boolean {
  const options = call.arguments[2];
  return options !== undefined && /\b(?:signal|once)\b/.test(textOf(options, analysis));
}
