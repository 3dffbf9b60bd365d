import type { TSESTree } from '@typescript-eslint/utils';
import type { FunctionNode, Node } from '../source/ast.ts';
import { lastName } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';

/** A callback that gets an error and does not look at it. */
export default defineRule<{ callbacks: 'known' | 'any' }>({
  name: 'handle-callback-err',
  description: 'Report callbacks that do not look at the error they are given',
  messages: {
    ignored:
      '{{name}} is never looked at: when {{call}}() fails, this goes on with undefined. Handle it first.',
  },
  options: { callbacks: { enum: ['known', 'any'] } },
  defaults: { callbacks: 'known' },
  create({ analysis, options, report }) {
    const check = (fn: FunctionNode): void => {
      const [error] = fn.params;
      const call = fn.parent;
      if (
        error?.type !== 'Identifier' ||
        !/^(?:e|er|err|error|_?err)$/.test(error.name) ||
        call.type !== 'CallExpression' ||
        call.arguments.at(-1) !== fn
      )
        return;
      if (
        fn.body.type !== 'BlockStatement' ||
        fn.params.length < 2 ||
        analysis.bindings.variable(error)?.references.length !== 0
      )
        return;
      if (options.callbacks === 'known' && (!isNodes(call) || looksAtResult(fn))) return;
      report({
        at: error,
        messageId: 'ignored',
        data: { name: error.name, call: lastName(call.callee) ?? 'the operation' },
        detail: { confidence: 'certain' },
      });
    };
    /** `if (!stdout)`: the result says whether it failed. */
    const looksAtResult = (fn: FunctionNode): boolean =>
      fn.params.slice(1).some((param) => {
        const uses = param.type === 'Identifier' ? analysis.bindings.variable(param)?.references : undefined;
        return uses?.some(({ identifier }) => isTested(identifier)) ?? false;
      });
    const isNodes = (call: TSESTree.CallExpression): boolean => {
      const api = analysis.bindings.resolve(call.callee);
      return (
        api !== undefined &&
        // Random bytes are there, once the system runs.
        !/^random/.test(api.path[0] ?? '') &&
        /^(?:fs|zlib|crypto|dns|child_process|pg|mysql2?|redis|sqlite3|request)$/.test(api.module)
      );
    };
    return { FunctionExpression: check, ArrowFunctionExpression: check };
  },
});

/** A condition of its own, or one side of `&&`, `||`, `??` and `?:`; also behind `!`, `==` and `?.`. */
function isTested(identifier: Node): boolean {
  let at: Node = identifier;
  while (at.parent?.type === 'UnaryExpression' || at.parent?.type === 'BinaryExpression') at = at.parent;
  const { parent } = at;
  if (parent?.type === 'LogicalExpression') return true;
  if (parent?.type === 'MemberExpression') return parent.optional;
  return (parent?.type === 'IfStatement' || parent?.type === 'ConditionalExpression') && parent.test === at;
}
