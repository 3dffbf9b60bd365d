import type { TSESTree } from '@typescript-eslint/utils';
import type { Node } from '../source/ast.ts';
import { enclosingFunction, isFunction, lastName, someNode, staticString, unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';

/** A listener that comes too late, or a removal that removes nothing. */
export default defineRule({
  name: 'no-dead-listener',
  description: 'Report listeners that are added too late, and removals of functions that were never added',
  messages: {
    late: "'{{event}}' of {{name}} may have come while the await in line {{line}} waited: then this listener never runs. Add it before the await.",
    fresh:
      '{{what}} makes a new function, which was never added: this removes nothing, and the listener stays. Keep the function in a variable.',
  },
  defaults: {},
  create({ analysis, report }) {
    return {
      CallExpression(call) {
        if (call.callee.type !== 'MemberExpression') return;
        const method = lastName(call.callee) ?? '';
        const event = staticString(call.arguments[0]);
        if (event === undefined || !call.arguments[1]) return;
        if (/^(?:off|removeListener|removeEventListener)$/.test(method)) {
          const what = freshFunction(call.arguments[1]);
          if (what)
            report({ at: call, messageId: 'fresh', data: { what }, detail: { confidence: 'certain' } });
          return;
        }
        if (!/^(?:on|once)$/.test(method) || !EARLY.test(event)) return;
        const emitter = unwrap(call.callee.object);
        const awaited = emitter.type === 'Identifier' && awaitBefore(call, emitter);
        if (awaited)
          report({
            at: call,
            messageId: 'late',
            data: { event, name: emitter.name, line: String(awaited.loc.start.line) },
            detail: { confidence: 'likely' },
          });
      },
    };

    /** An await between the beginning of the handler, where the request came, and the listener. */
    function awaitBefore(call: TSESTree.CallExpression, emitter: TSESTree.Identifier): Node | undefined {
      const fn = enclosingFunction(call);
      if (
        !fn?.async ||
        fn.body.type !== 'BlockStatement' ||
        !/^(?:req|request|socket|ws|child|proc)$/.test(emitter.name)
      )
        return undefined;
      const bound = analysis.bindings.variable(emitter);
      if ((bound?.defs[0]?.type as string | undefined) !== 'Parameter' || bound?.defs[0]?.node !== fn)
        return undefined;
      // Streams wait for their first listener to 'data', unless somebody made them flow.
      if (
        /^(?:data|end)$/.test(staticString(call.arguments[0]) ?? '') &&
        /^(?:req|request)$/.test(emitter.name)
      )
        return undefined;
      let found: Node | undefined;
      for (const statement of fn.body.body) {
        if (statement.range[1] > call.range[0]) break;
        someNode(
          statement,
          analysis.source.visitorKeys,
          (node) => {
            if (node.type === 'AwaitExpression') found ??= node;
            return false;
          },
          'own',
        );
      }
      return found;
    }
  },
});

/** `() => …` or `this.f.bind(this)` in the place of what was added. */
function freshFunction(listener: Node): string | undefined {
  const plain = unwrap(listener);
  if (isFunction(plain)) return 'The function written here';
  return plain.type === 'CallExpression' &&
    plain.callee.type === 'MemberExpression' &&
    lastName(plain.callee) === 'bind'
    ? 'bind()'
    : undefined;
}

/** What comes soon after the beginning, and once or without being kept. */
const EARLY = /^(?:message|close|open|exit|error|data|end|connect|ready)$/;
