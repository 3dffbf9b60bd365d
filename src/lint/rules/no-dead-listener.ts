import type { TSESTree } from '@typescript-eslint/utils';
import type { Node } from '../source/ast.ts';
import { enclosingFunction, firstAwait, isFunction, lastName, staticString, unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { listeningOf } from '../source/listeners.ts';

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
        const what = freshlyRemoved(call);
        if (what) report({ at: call, messageId: 'fresh', data: { what }, detail: { confidence: 'certain' } });
        const added = listeningOf(call);
        if (!added || !/^(?:on|once)$/.test(added.method) || !EARLY.test(added.event)) return;
        const { event } = added;
        const emitter = unwrap(added.emitter);
        const awaited = emitter.type === 'Identifier' && awaitBefore(call, emitter, event);
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
    function awaitBefore(
      call: TSESTree.CallExpression,
      emitter: TSESTree.Identifier,
      event: string,
    ): Node | undefined {
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
      if (/^(?:data|end)$/.test(event) && /^(?:req|request)$/.test(emitter.name)) return undefined;
      for (const statement of fn.body.body) {
        if (statement.range[1] > call.range[0]) break;
        if (statement.type === 'IfStatement' && leaves(statement.consequent)) continue;
        const awaited = firstAwait(statement, analysis.source.visitorKeys);
        if (awaited) return awaited;
      }
      return undefined;
    }
  },
});

/** A branch after which nothing of the function follows. */
function leaves(branch: Node): boolean {
  const last = branch.type === 'BlockStatement' ? branch.body.at(-1) : branch;
  return last?.type === 'ReturnStatement' || last?.type === 'ThrowStatement';
}

/** `emitter.off('x', () => …)`, or with `this.f.bind(this)`, in the place of what was added. */
function freshlyRemoved({ callee, arguments: given }: TSESTree.CallExpression): string | undefined {
  if (callee.type !== 'MemberExpression' || !given[1] || staticString(given[0]) === undefined)
    return undefined;
  if (!/^(?:off|removeListener|removeEventListener)$/.test(lastName(callee) ?? '')) return undefined;
  const plain = unwrap(given[1]);
  if (isFunction(plain)) return 'The function written here';
  return plain.type === 'CallExpression' &&
    plain.callee.type === 'MemberExpression' &&
    lastName(plain.callee) === 'bind'
    ? 'bind()'
    : undefined;
}

/** What comes soon after the beginning, and once or without being kept. Errors have most often another listener, too. */
const EARLY = /^(?:message|close|open|exit|data|end|connect|ready)$/;
