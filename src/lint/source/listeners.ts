import type { TSESTree } from '@typescript-eslint/utils';
import type { Node } from './ast.ts';
import { lastName, staticString } from './ast.ts';

/** A call that adds a listener: `emitter.on('event', listener)`. */
export interface Listening {
  /** `on`, `once`, `addListener`, … */
  method: string;
  emitter: TSESTree.Expression;
  event: string;
  listener: Node;
}

/** What a call listens to; undefined for other calls, and for events whose name is computed. */
export function listeningOf({ callee, arguments: given }: TSESTree.CallExpression): Listening | undefined {
  if (callee.type !== 'MemberExpression') return undefined;
  const method = lastName(callee) ?? '';
  const event = staticString(given[0]);
  const listener = given[1];
  return LISTENING.test(method) && event !== undefined && listener
    ? { method, emitter: callee.object, event, listener }
    : undefined;
}

const LISTENING = /^(?:on|once|addListener|prependListener|addEventListener)$/;
