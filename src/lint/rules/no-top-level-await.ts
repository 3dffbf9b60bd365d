import type { TSESTree } from '@typescript-eslint/utils';
import { enclosingFunction } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';

/** A module that awaits before it is there: everyone who imports it waits, and `require` fails. */
export default defineRule({
  name: 'no-top-level-await',
  description: 'Report await at the top of modules that others import',
  messages: {
    top: 'Everyone who imports this module waits for it, and require() of it fails. Export a function that awaits, or the promise.',
  },
  defaults: {},
  create({ analysis, report }) {
    const hasExports = analysis.source.ast.body.some((statement) => statement.type.startsWith('Export'));
    if (!hasExports || analysis.kind === 'command') return {};
    const check = (node: TSESTree.Node): void => {
      if (!enclosingFunction(node)) report({ at: node, messageId: 'top', detail: { confidence: 'certain' } });
    };
    return {
      AwaitExpression: check,
      ForOfStatement(node) {
        if (node.await) check(node);
      },
    };
  },
});
