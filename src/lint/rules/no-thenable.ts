import type { TSESTree } from '@typescript-eslint/utils';
import { isFunction, propertyName } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';

/** An object with a `then`: every `await` and `return` of it calls that. */
export default defineRule({
  name: 'no-thenable',
  description: 'Report objects with a then method, which await calls',
  messages: {
    then: 'Whoever awaits this, or returns it from an async function, calls its then() with two functions: {{effect}}. Give it another name, or make it a real promise.',
  },
  defaults: {},
  create({ report }) {
    const check = (
      node: TSESTree.Property | TSESTree.MethodDefinition | TSESTree.PropertyDefinition,
    ): void => {
      if (propertyName(node) !== 'then' || !isFunction(node.value)) return;
      // One that takes two functions is a thenable on purpose: a lazy query, a chain.
      if (node.value.params.length >= 2 || node.value.params[0]?.type === 'RestElement') return;
      const effect =
        node.value.params.length === 0
          ? 'it never settles, and the await waits for ever'
          : 'a rejection cannot come through';
      report({ at: node.key, messageId: 'then', data: { effect }, detail: { confidence: 'likely' } });
    };
    return {
      Property(node) {
        if (node.parent.type === 'ObjectExpression') check(node);
      },
      MethodDefinition: check,
      PropertyDefinition: check,
    };
  },
});
