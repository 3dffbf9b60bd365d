import type { TSESTree } from '@typescript-eslint/utils';
import type { Variable } from '@typescript-eslint/scope-manager';
import type { Node } from '../source/ast.ts';
import { lastName } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { repeats, trackFlow } from '../source/flow.ts';
import { callbackParameter } from '../source/node-callback.ts';

/** A callback called twice on one way: the caller goes on twice. */
export default defineRule({
  name: 'callback-return',
  description: 'Report callbacks that are called more than once on one way through the code',
  messages: {
    again:
      '{{name}}() was called already in line {{line}} on a way that leads here, so the caller goes on twice. Return after the first.',
    addReturn: 'Return after the first call.',
  },
  defaults: {},
  scope: 'everywhere',
  create({ analysis, report }) {
    interface Called {
      call: TSESTree.CallExpression;
      callback: Variable;
    }
    const callbacks = new Set<Variable>();
    const calls: Node[] = [];
    for (const fn of analysis.functions) {
      const callback = callbackParameter(fn, analysis);
      // A `next` that is called for each element, or after which code runs on purpose, is no callback of Node's kind.
      if (!callback || callback.name === 'next') continue;
      const called = callback.references.map(({ identifier }) => identifier.parent).filter(isCall);
      if (called.length < 2) continue;
      callbacks.add(callback);
      calls.push(...called);
    }
    const flow = trackFlow<Called>(calls, (end) => {
      for (const callback of new Set([...end.marks.values()].flat().map((mark) => mark.callback))) {
        for (const { first, again } of repeats(end, (mark) => mark.callback === callback)) {
          // A walker may call its function for this and for that; a callback of Node's kind begins with an error or null.
          if (!isNodeStyle(first.call) || !isNodeStyle(again.call)) continue;
          const statement = first.call.parent;
          report({
            at: again.call,
            messageId: 'again',
            data: {
              name: lastName(again.call.callee) ?? 'callback',
              line: String(first.call.loc.start.line),
            },
            detail: { confidence: 'likely' },
            suggest:
              statement.type === 'ExpressionStatement'
                ? [
                    {
                      messageId: 'addReturn',
                      data: {},
                      fix: (fixer) => fixer.insertTextBefore(statement, 'return '),
                    },
                  ]
                : [],
          });
        }
      }
    });
    return {
      ...flow.listeners,
      'CallExpression:exit'(call: TSESTree.CallExpression) {
        const callback =
          call.callee.type === 'Identifier' ? analysis.bindings.variable(call.callee) : undefined;
        if (callback && callbacks.has(callback) && !inCatch(call)) flow.mark({ call, callback });
      },
    };
  },
});

const isCall = (node: Node | undefined): node is TSESTree.CallExpression => node?.type === 'CallExpression';

const inCatch = (node: TSESTree.Node): boolean => {
  for (let up = node.parent; up && !/Function/.test(up.type); up = up.parent)
    if (up.type === 'CatchClause') return true;
  return false;
};

/** The first argument is an error, null or nothing. */
function isNodeStyle({ arguments: [first] }: TSESTree.CallExpression): boolean {
  if (!first || (first.type === 'Literal' && first.value === null)) return true;
  if (first.type === 'NewExpression') return /Error$/.test(lastName(first.callee) ?? '');
  return first.type === 'Identifier' && /^(?:e|er|err|error|ex|undefined)$|Err(?:or)?$/.test(first.name);
}
