import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import { contains, enclosingFunction, firstAwait, someNode, unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { textOf } from '../source/edits.ts';

/** A shared value that is read, then an await, then written from what was read: updates in between are lost. */
export default defineRule({
  name: 'require-atomic-updates',
  description: 'Report shared values that are read before an await and written after it',
  messages: {
    lost: '{{target}} is read before the await and written after it: what others wrote meanwhile is lost. Await first, then update: const value = await …; {{target}} {{operator}} value.',
  },
  defaults: {},
  create({ analysis, report }) {
    return {
      AssignmentExpression(node) {
        const target = unwrap(node.left);
        if (!isShared(target, analysis) || !firstAwait(node.right, analysis.source.visitorKeys)) return;
        const reads =
          node.operator === '='
            ? readBeforeAwait(target, node.right, analysis)
            : !/^(?:\|\||&&|\?\?)=$/.test(node.operator);
        if (!reads) return;
        const operator = node.operator === '=' ? '=' : node.operator;
        report({
          at: node,
          messageId: 'lost',
          data: { target: textOf(target, analysis), operator },
          detail: { confidence: 'certain' },
        });
      },
    };
  },
});

/** A variable that outlives the function, or a property of `this` or of such a variable. */
function isShared(target: Node, analysis: Analysis): boolean {
  if (target.type === 'MemberExpression') {
    if (target.computed && target.property.type !== 'Literal') return false;
    const object = unwrap(target.object);
    return object.type === 'ThisExpression' || isShared(object, analysis);
  }
  if (target.type !== 'Identifier') return false;
  const scope = analysis.bindings.variable(target)?.scope;
  const fn = enclosingFunction(target);
  return (
    scope !== undefined &&
    fn !== undefined &&
    (scope.type as string) !== 'function-expression-name' &&
    !contains(fn, scope.block) &&
    scope.block !== fn
  );
}

/** `total = total + (await price())`: the left operand is read first. A read among the await's arguments is, too. */
function readBeforeAwait(target: Node, value: Node, analysis: Analysis): boolean {
  const plain = unwrap(value);
  if (plain.type !== 'BinaryExpression') return false;
  const name = textOf(target, analysis);
  const readsLeft = someNode(
    plain.left,
    analysis.source.visitorKeys,
    (node) => node.type === target.type && textOf(node, analysis) === name,
    'own',
  );
  return readsLeft && firstAwait(plain.right, analysis.source.visitorKeys) !== undefined;
}
