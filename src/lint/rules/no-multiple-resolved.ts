import type { TSESTree } from '@typescript-eslint/utils';
import { contains, lastName } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { repeats, trackFlow } from '../source/flow.ts';
import { constructions, settlings } from '../source/settling.ts';

/** A promise settled twice on one way: the second time does nothing, and was most likely meant not to happen. */
export default defineRule({
  name: 'no-multiple-resolved',
  description: 'Report promises that are settled more than once on one way through the code',
  messages: {
    again:
      'The promise is settled already in line {{line}} on a way that leads here: this {{name}}() does nothing, and the code between runs though it should not. Return after the first.',
  },
  defaults: {},
  scope: 'everywhere',
  create({ analysis, report }) {
    interface Settled {
      call: TSESTree.CallExpression;
      promise: TSESTree.NewExpression;
    }
    const calls = new Map<TSESTree.Node, TSESTree.NewExpression>();
    for (const construction of constructions(analysis)) {
      const called = settlings(construction).flatMap(({ call }) => call ?? []);
      if (called.length > 1) for (const call of called) calls.set(call, construction.promise);
    }
    const flow = trackFlow<Settled>([...calls.keys()], (end) => {
      for (const promise of new Set([...end.marks.values()].flat().map((mark) => mark.promise))) {
        for (const { first, again } of repeats(end, (mark) => mark.promise === promise)) {
          // What leads from the try into its catch is an error before the first, not the first itself.
          if (catches(again.call, first.call)) continue;
          report({
            at: again.call,
            messageId: 'again',
            data: { line: String(first.call.loc.start.line), name: lastName(again.call.callee) ?? '' },
            detail: { confidence: 'certain' },
          });
        }
      }
    });
    return {
      ...flow.listeners,
      'CallExpression:exit'(call: TSESTree.CallExpression) {
        const promise = calls.get(call);
        if (promise) flow.mark({ call, promise });
      },
    };
  },
});

function catches(again: TSESTree.Node, first: TSESTree.Node): boolean {
  for (let up = again.parent; up; up = up.parent) {
    if (up.type === 'CatchClause' && contains(up.parent.block, first)) return true;
  }
  return false;
}
