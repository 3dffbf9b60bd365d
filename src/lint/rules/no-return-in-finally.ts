import type { TSESTree } from '@typescript-eslint/utils';
import type { Node } from '../source/ast.ts';
import { contains, isFunction, someNode } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { isLoop } from '../source/loops.ts';
import { chainMethod, returnsOf } from '../source/promises.ts';

/** A `return` in `finally`: a statement swallows the error, a method ignores the value. */
export default defineRule({
  name: 'no-return-in-finally',
  description: 'Report returns in finally, which swallow errors or are ignored',
  messages: {
    swallows:
      'This ends the finally block and with it the error that was under way: nobody will see it. Leave the block by its end.',
    ignored:
      'What finally() returns is ignored: the chain goes on with the value from before. Use then() if the value is meant.',
  },
  defaults: {},
  scope: 'everywhere',
  create({ analysis, report }) {
    return {
      TryStatement({ finalizer }) {
        if (!finalizer) return;
        someNode(
          finalizer,
          analysis.source.visitorKeys,
          (node) => {
            const isJump =
              (node.type === 'BreakStatement' || node.type === 'ContinueStatement') &&
              leaves(node, finalizer);
            if ((node.type === 'ReturnStatement' || isJump) && !isThrownOn(node, finalizer))
              report({ at: node, messageId: 'swallows', detail: { confidence: 'certain' } });
            return false;
          },
          'own',
        );
      },
      CallExpression(call) {
        const [fn] = call.arguments;
        if (chainMethod(call) !== 'finally' || !isFunction(fn) || fn.body.type !== 'BlockStatement') return;
        for (const { argument } of returnsOf(fn, analysis)) {
          if (
            argument &&
            /^(?:Literal|TemplateLiteral|ObjectExpression|ArrayExpression|Identifier)$/.test(argument.type)
          ) {
            report({ at: argument, messageId: 'ignored', detail: { confidence: 'certain' } });
          }
        }
      },
    };
  },
});

/** In a `try` of its own, whose `finally` throws the error that was kept: helpers of compilers end iterators so. */
function isThrownOn(jump: Node, finalizer: TSESTree.BlockStatement): boolean {
  for (let up: Node | undefined = jump.parent; up && up !== finalizer; up = up.parent) {
    if (up.type !== 'TryStatement' || !contains(up.block, jump) || !up.finalizer) continue;
    const [only] = up.finalizer.body;
    const then = only?.type === 'IfStatement' ? only.consequent : only;
    if ((then?.type === 'BlockStatement' ? then.body[0] : then)?.type === 'ThrowStatement') return true;
  }
  return false;
}

/** True when a jump leads out of the block; a break of a loop or switch inside stays in it. */
function leaves(jump: Node, block: Node): boolean {
  for (let up = jump.parent; up && contains(block, up) && up !== block; up = up.parent) {
    if (
      isLoop(up) ||
      (up.type === 'SwitchStatement' && jump.type === 'BreakStatement') ||
      up.type === 'LabeledStatement'
    )
      return false;
  }
  return true;
}
