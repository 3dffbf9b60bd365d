import type { FunctionNode } from '../source/ast.ts';
import { functionName } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { givesPromise } from '../source/promises.ts';

/** A function that gives a promise but throws at once: callers need `try` and `catch()` both. */
export default defineRule({
  name: 'promise-function-async',
  description: 'Report functions that return promises and are not async',
  messages: {
    plain:
      '{{name}} gives a promise, but what is thrown in it is thrown at the caller at once. Make it async, so that every error is a rejection.',
    addAsync: 'Make it async.',
  },
  defaults: {},
  create({ analysis, report }) {
    const check = (fn: FunctionNode): void => {
      if (fn.async || fn.generator || fn.body.type !== 'BlockStatement' || !givesPromise(fn, analysis))
        return;
      const { parent } = fn;
      const isMethod =
        parent.type === 'MethodDefinition' ||
        (parent.type === 'Property' && (parent.method || parent.kind !== 'init'));
      if (isMethod && parent.kind !== 'method' && parent.kind !== 'init') return;
      const at = isMethod ? parent.key : fn;
      report({
        at: fn,
        messageId: 'plain',
        data: { name: functionName(fn) ?? 'This function' },
        detail: { confidence: 'likely' },
        ...(isMethod
          ? {}
          : {
              fix: { messageId: 'addAsync', data: {}, fix: (fixer) => fixer.insertTextBefore(at, 'async ') },
            }),
      });
    };
    return { FunctionDeclaration: check, FunctionExpression: check, ArrowFunctionExpression: check };
  },
});
