import type { TSESLint } from '@typescript-eslint/utils';
import type { FunctionNode } from '../source/ast.ts';
import { contains, enclosingFunction, isFunction } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { textOf } from '../source/edits.ts';
import { loopAround } from '../source/loops.ts';
import { callbackParameter } from '../source/node-callback.ts';

/** A callback that is called before the function returns on one way, and later on another. */
export default defineRule({
  name: 'no-sometimes-sync-callback',
  description: 'Report callbacks that are called at once on one way and later on another',
  messages: {
    sometimes:
      '{{name}}() is called here before {{function}} returns, and later in line {{line}}: what the caller does after the call runs sometimes before it and sometimes after. Put it off: process.nextTick({{name}}, …).',
    defer: 'Put it off with process.nextTick().',
  },
  defaults: {},
  create({ analysis, report }) {
    const check = (fn: FunctionNode): void => {
      const callback = callbackParameter(fn, analysis);
      if (!callback || fn.async || callback.name === 'next') return;
      const uses = callback.references
        .filter((reference) => reference.isRead())
        .map(({ identifier }) => identifier);
      const calls = uses.flatMap((use) =>
        use.parent.type === 'CallExpression' && use.parent.callee === use ? [use.parent] : [],
      );
      const now = calls.find((call) => enclosingFunction(call) === fn && !loopAround(call));
      const later = uses.find((use) => {
        const inner = enclosingFunction(use);
        return inner ? inner !== fn && contains(fn, inner) && isDeferred(inner) : false;
      });
      if (!now || !later || now.parent.type === 'UnaryExpression') return;
      const args = now.arguments.map((argument) => textOf(argument, analysis)).join(', ');
      const suggest: TSESLint.SuggestionReportDescriptor<string>[] = [
        {
          messageId: 'defer',
          data: {},
          fix: (fixer) =>
            fixer.replaceText(now, `process.nextTick(${callback.name}${args ? `, ${args}` : ''})`),
        },
      ];
      report({
        at: now,
        messageId: 'sometimes',
        data: {
          name: callback.name,
          function: fn.id?.name ?? 'this function',
          line: String(later.loc.start.line),
        },
        detail: { confidence: 'likely' },
        suggest,
      });
    };
    /** Given to a function of Node that calls back when it is done. */
    const isDeferred = (inner: FunctionNode): boolean => {
      const call = inner.parent;
      if (call.type !== 'CallExpression' || !isFunction(inner)) return false;
      const api = analysis.bindings.resolve(call.callee);
      return (
        api !== undefined &&
        (/^(?:fs|zlib|crypto|dns|child_process|http|https)$/.test(api.module) ||
          /^(?:setTimeout|setImmediate|process\.nextTick)$/.test(api.path.join('.')))
      );
    };
    return { FunctionDeclaration: check, FunctionExpression: check, ArrowFunctionExpression: check };
  },
});
