import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import { isFunction, lastName } from '../source/ast.ts';
import { comesOften } from '../source/comes-often.ts';
import { defineRule } from '../source/define-rule.ts';
import { textOf } from '../source/edits.ts';
import { listeningOf } from '../source/listeners.ts';
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
  const added = listeningOf(call);
  if (!added || added.method === 'once') return undefined;
  const { event, listener } = added;
  if (!comesOften(analysis.reach.when(call)) || !outlives(added.emitter, analysis)) return undefined;
  const emitter = textOf(added.emitter, analysis);
  return isRemoved(listener, emitter, event, analysis) || hasSignal(call, analysis)
    ? undefined
    : { emitter, event };
}

function outlives(emitter: TSESTree.Expression, analysis: Analysis): boolean {
  if (globalName(emitter, analysis) === 'process') return true;
  // `closing.signal`: an AbortController of the program has one for all its life.
  if (emitter.type === 'MemberExpression' && lastName(emitter) === 'signal')
    return emitter.object.type === 'Identifier' && isConstantName(emitter.object, analysis);
  if (emitter.type !== 'Identifier' || !isConstantName(emitter, analysis)) return false;
  const made = analysis.bindings.variable(emitter);
  // What is called as a function makes emitters; the one listened to is another.
  if (made?.references.some(({ identifier }) => isCalled(identifier))) return false;
  // The server's own listeners are added once, in what looks served only because a framework calls it.
  return made !== undefined && !/^(?:app|server|io|wss?|fastify|router)$/i.test(emitter.name);
}

function isRemoved(listener: Node, name: string, event: string, { source }: Analysis): boolean {
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

const isCalled = (identifier: Node): boolean =>
  identifier.parent?.type === 'CallExpression' && identifier.parent.callee === identifier;
