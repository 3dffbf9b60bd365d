import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import { isFunction, lastName, unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { operationOf } from '../source/api-calls.ts';
import { isConstantName } from '../source/origin.ts';

/** A file read whole into memory, only to be sent: every request holds it once. */
export default defineRule({
  name: 'prefer-streaming',
  description: 'Report files that are read whole and then only sent',
  messages: {
    whole:
      'The whole file is in memory, once for every request that is answered, before its first byte is sent. Stream it: pipeline(createReadStream(path), {{response}}).',
  },
  defaults: {},
  create({ analysis, report }) {
    return {
      CallExpression(call) {
        const operation = operationOf(call, analysis) ?? '';
        if (!/^fs(?:\/promises|-extra)?\.(?:promises\.)?readFile(?:Sync)?$/.test(operation)) return;
        if (
          analysis.reach.when(call).kind !== 'served' ||
          !call.arguments[0] ||
          isConstantName(call.arguments[0], analysis)
        )
          return;
        const response = onlySent(call, analysis);
        if (response)
          report({ at: call, messageId: 'whole', data: { response }, detail: { confidence: 'likely' } });
      },
    };
  },
});

/** The response that gets the content, when nothing else does. */
function onlySent(call: TSESTree.CallExpression, analysis: Analysis): string | undefined {
  const callback = call.arguments.at(-1);
  if (isFunction(callback)) {
    const content = callback.params[1];
    return content?.type === 'Identifier' ? sentBy(content, analysis) : undefined;
  }
  const value = call.parent.type === 'AwaitExpression' ? call.parent : call;
  const { parent } = value;
  if (parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier')
    return sentBy(parent.id, analysis);
  return receiver(value);
}

function sentBy(name: TSESTree.Identifier, analysis: Analysis): string | undefined {
  const uses = analysis.bindings.variable(name)?.references.filter((reference) => reference.isRead()) ?? [];
  return uses.length === 1 ? receiver(uses[0]!.identifier) : undefined;
}

/** `res` of `res.send(value)`, `ctx` of `ctx.body = value`. */
function receiver(value: Node): string | undefined {
  const { parent } = value;
  if (parent?.type === 'CallExpression' && parent.arguments[0] === value) {
    let at = unwrap(parent.callee);
    if (!/^(?:send|end|write)$/.test(lastName(at) ?? '')) return undefined;
    while (at.type === 'MemberExpression' || at.type === 'CallExpression')
      at = unwrap(at.type === 'MemberExpression' ? at.object : at.callee);
    return at.type === 'Identifier' && /^(?:res|response|reply)$/.test(at.name) ? at.name : undefined;
  }
  const isBody =
    parent?.type === 'AssignmentExpression' &&
    parent.left.type === 'MemberExpression' &&
    lastName(parent.left) === 'body';
  return isBody ? 'the response' : undefined;
}
