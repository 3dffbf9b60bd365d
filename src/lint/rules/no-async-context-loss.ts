import type { TSESTree } from '@typescript-eslint/utils';
import { enclosingFunction, isFunction, lastName } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { isConstantName } from '../source/origin.ts';

/** Callbacks that are kept and called later by somebody else: the AsyncLocalStorage store is not the one of the request. */
export default defineRule({
  name: 'no-async-context-loss',
  description: 'Report uses of AsyncLocalStorage that lose or leak the context of a request',
  messages: {
    enter:
      '{{name}}.enterWith() changes the context of everything that runs after it in this turn, other listeners of the same event among them: data of one request reach another. Use {{name}}.run(store, …).',
    queue:
      'This function runs later in the context of whoever empties {{list}}, not in that of this request: getStore() gives the wrong store or none. Keep AsyncResource.bind(fn) in the list.',
  },
  defaults: {},
  create({ analysis, report }) {
    const stores = /\bAsyncLocalStorage\b/.test(analysis.source.text);
    if (!stores) return {};
    return {
      CallExpression(call) {
        if (call.callee.type !== 'MemberExpression') return;
        const method = lastName(call.callee);
        if (method === 'enterWith') {
          const api = analysis.bindings.resolve(call.callee.object);
          if (api?.module !== 'async_hooks' || analysis.reach.when(call).kind === 'start-up') return;
          report({
            at: call,
            messageId: 'enter',
            data: { name: lastName(call.callee.object) ?? 'storage' },
            detail: { confidence: 'likely' },
          });
          return;
        }
        if (method !== 'push' || !keepsFunction(call)) return;
        report({
          at: call,
          messageId: 'queue',
          data: { list: lastName(call.callee.object) ?? 'the list' },
          detail: { confidence: 'possible' },
        });
      },
    };

    /** A function pushed into a list that outlives the call; one that reads the store itself, or a `resolve`, whose await keeps its own context. */
    function keepsFunction(call: TSESTree.CallExpression): boolean {
      const [fn] = call.arguments;
      if (call.callee.type !== 'MemberExpression' || !isFunction(fn) || !enclosingFunction(call))
        return false;
      return (
        isConstantName(call.callee.object, analysis) &&
        /getStore\(/.test(analysis.source.text.slice(...fn.range))
      );
    }
  },
});
