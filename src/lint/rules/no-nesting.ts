import { enclosingFunction, unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { namesIn, patternNames } from '../source/names.ts';
import { chainMethod } from '../source/promises.ts';

/** A chain inside a `then`, though nothing in it needs the outer one's value. */
export default defineRule({
  name: 'no-nesting',
  description: 'Report promise chains inside then() that could be part of the outer chain',
  messages: {
    nested:
      'This chain stands inside another and needs nothing of it: its errors are easily missed there. Return the promise and go on in the outer chain, or use await.',
  },
  defaults: {},
  create({ analysis, report }) {
    return {
      CallExpression(call) {
        if (chainMethod(call) !== 'then' || !call.arguments[0]) return;
        const around = enclosingFunction(call);
        const outer = around?.parent;
        if (!around || outer?.type !== 'CallExpression' || chainMethod(outer) !== 'then') return;
        // Inside the nested function, what the outer one knows may be needed.
        const known = new Set(around.params.flatMap((parameter) => [...patternNames(parameter)]));
        for (const { name } of analysis.source.scopeManager?.acquire(around)?.variables ?? [])
          known.add(name);
        const used = call.arguments.flatMap((argument) => [
          ...namesIn(argument, analysis.source.visitorKeys),
        ]);
        if (
          used.some((name) => known.has(name)) ||
          unwrap(call) !== call ||
          call.parent.type === 'MemberExpression'
        )
          return;
        report({ at: call, messageId: 'nested', detail: { confidence: 'possible' } });
      },
    };
  },
});
