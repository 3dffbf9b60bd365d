import type { TSESTree } from '@typescript-eslint/utils';
import type { FunctionNode, Node } from '../source/ast.ts';
import { contains, enclosingFunction, lastName } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';

/** A `throw` in a callback that Node calls: nobody can catch it, so the process ends. */
export default defineRule({
  name: 'no-throw-in-async-callback',
  description: 'Report errors thrown in callbacks, which nobody can catch',
  messages: {
    thrown:
      'Nobody can catch this: {{name}}() calls back when whoever called it has long returned, so the error ends the process and every request in it. Hand it to the caller: {{cure}}.',
  },
  defaults: {},
  where: 'option',
  create({ analysis, report }) {
    return {
      ThrowStatement(node: TSESTree.ThrowStatement) {
        const fn = enclosingFunction(node);
        const call = fn?.parent;
        if (
          !fn ||
          fn.async ||
          fn.generator ||
          call?.type !== 'CallExpression' ||
          !(call.arguments as Node[]).includes(fn) ||
          isCaught(node, fn) ||
          isThrownAgain(node) ||
          isThrownForAll(node, fn)
        )
          return;
        const api = analysis.bindings.resolve(call.callee);
        if (!api || !isDeferring(api.module, api.path) || analysis.kind === 'command') return;
        if (analysis.reach.when(fn).kind === 'start-up') return;
        const outer = enclosingFunction(fn);
        const isExecutor =
          outer?.parent.type === 'NewExpression' && lastName(outer.parent.callee) === 'Promise';
        const cure = isExecutor
          ? 'call reject()'
          : outer?.params.some((p) => p.type === 'Identifier' && /^(?:cb|callback|done|next)$/.test(p.name))
            ? 'give it to the callback'
            : 'use the form with promises';
        report({
          at: node,
          messageId: 'thrown',
          data: { name: lastName(call.callee) ?? 'it', cure },
          detail: { confidence: 'certain' },
        });
      },
    };
  },
});

function isDeferring(module: string, path: readonly string[]): boolean {
  const name = path.join('.');
  if (/^(?:fs|dns|zlib|crypto|child_process)$/.test(module))
    return path.length === 1 && !/Sync$|^create/.test(name);
  return /^(?:setTimeout|setImmediate|setInterval|process\.nextTick|queueMicrotask)$/.test(name);
}

/** Caught, told, and thrown again: the process is meant to end. */
function isThrownAgain({ argument, parent }: TSESTree.ThrowStatement): boolean {
  const caught = parent.parent?.type === 'CatchClause' ? parent.parent.param : undefined;
  return argument.type === 'Identifier' && caught?.type === 'Identifier' && caught.name === argument.name;
}

/** `process.nextTick(() => { throw error; })` does nothing else: the process is meant to end. */
const isThrownForAll = (node: TSESTree.ThrowStatement, fn: FunctionNode): boolean =>
  node.argument.type === 'Identifier' &&
  fn.body.type === 'BlockStatement' &&
  fn.body.body.length === 1 &&
  fn.body.body[0] === node;

function isCaught(node: Node, fn: Node): boolean {
  for (let up = node.parent; up && up !== fn; up = up.parent)
    if (up.type === 'TryStatement' && up.handler && contains(up.block, node)) return true;
  return false;
}
