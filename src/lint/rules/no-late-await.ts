import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import { isFunction, lastName, locationOf, someNode, unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { isPromise, promiseMethod } from '../source/promises.ts';

/** A promise that is begun, and awaited only after another await: if it is rejected in between, nobody handles it. */
export default defineRule({
  name: 'no-late-await',
  description: 'Report promises that are begun first and awaited after another await',
  messages: {
    late: '{{name}} is begun here and awaited only in line {{line}}, after another await: if it is rejected while that one waits, or that one throws, nobody handles it and the process ends. Await both with Promise.all.',
  },
  defaults: {},
  create({ analysis, report }) {
    return {
      VariableDeclarator(node) {
        const { id, init } = node;
        const made = init && unwrap(init);
        if (
          id.type !== 'Identifier' ||
          made?.type !== 'CallExpression' ||
          node.parent.parent.type !== 'BlockStatement'
        )
          return;
        if (!isPromise(made, analysis) || isHarmless(made, analysis)) return;
        const late = lateAwait(node, id, analysis);
        if (!late) return;
        report({
          at: made,
          messageId: 'late',
          data: { name: id.name, line: String(late.loc.start.line) },
          detail: {
            confidence: 'likely',
            related: [{ message: 'awaited here', location: locationOf(late, analysis.file) }],
          },
        });
      },
    };
  },
});

/** Promises that are not rejected, or handle it themselves. */
function isHarmless(made: TSESTree.CallExpression, analysis: Analysis): boolean {
  if (/^(?:allSettled|resolve)$/.test(promiseMethod(made, analysis) ?? '')) return true;
  return (
    /^(?:catch|setTimeout|sleep|delay|wait|once)$/.test(lastName(made.callee) ?? '') ||
    (made.callee.type === 'MemberExpression' && lastName(made.callee) === 'then' && made.arguments.length > 1)
  );
}

/** The await of the name, when it is the only use and another await stands before it in the same block. */
function lateAwait(
  declarator: TSESTree.VariableDeclarator,
  id: TSESTree.Identifier,
  analysis: Analysis,
): Node | undefined {
  const block = declarator.parent.parent;
  const uses = analysis.bindings.variable(id)?.references.filter((reference) => reference.isRead()) ?? [];
  const use = uses[0]?.identifier as Node | undefined;
  if (uses.length !== 1 || use?.parent?.type !== 'AwaitExpression' || block.type !== 'BlockStatement')
    return undefined;
  const begun = block.body.indexOf(declarator.parent);
  const awaited = block.body.findIndex(
    (statement) => statement.range[0] <= use.range[0] && use.range[1] <= statement.range[1],
  );
  const between = block.body.slice(begun + 1, awaited);
  const waits = between.some(
    (statement) =>
      !isFunction(statement) &&
      someNode(statement, analysis.source.visitorKeys, ({ type }) => type === 'AwaitExpression', 'own'),
  );
  return waits ? use.parent : undefined;
}
