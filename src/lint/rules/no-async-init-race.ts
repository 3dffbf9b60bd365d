import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import { enclosingFunction, someNode, unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { textOf } from '../source/edits.ts';

/** `if (!client) client = await connect()`: all who come before it is done connect, too. */
export default defineRule({
  name: 'no-async-init-race',
  description: 'Report lazy initialisation that several callers begin at the same time',
  messages: {
    race: 'Everyone who comes while this await waits finds {{target}} empty, too, and begins again. Keep the promise instead of its value: {{target}} ??= {{call}}; return await {{target}}.',
  },
  defaults: {},
  create({ analysis, report }) {
    const check = (node: TSESTree.AssignmentExpression): void => {
      const target = unwrap(node.left);
      const value = unwrap(node.right);
      if (value.type !== 'AwaitExpression' || !outlives(target, node, analysis)) return;
      if (
        node.operator !== '??=' &&
        node.operator !== '||=' &&
        !(node.operator === '=' && isGuarded(node, textOf(target, analysis), analysis))
      )
        return;
      const fn = enclosingFunction(node);
      const when = fn && analysis.reach.when(fn).kind;
      if (when === 'start-up' || analysis.kind === 'command') return;
      report({
        at: node,
        messageId: 'race',
        data: { target: textOf(target, analysis), call: textOf(value.argument, analysis).slice(0, 40) },
        detail: { confidence: 'likely' },
      });
    };
    return { AssignmentExpression: check };
  },
});

function outlives(target: Node, at: Node, analysis: Analysis): boolean {
  if (target.type === 'MemberExpression')
    return unwrap(target.object).type === 'ThisExpression' && !target.computed;
  if (target.type !== 'Identifier' || !enclosingFunction(at)) return false;
  const scope = analysis.bindings.variable(target)?.scope.type as string | undefined;
  return scope === 'module' || scope === 'global';
}

/** Inside `if (!target)`, `if (target === undefined)`, or after `if (target) return …` in the same block. */
function isGuarded(node: Node, target: string, analysis: Analysis): boolean {
  for (let at = node; at.parent && !/Function/.test(at.type); at = at.parent) {
    const { parent } = at;
    if (
      parent.type === 'IfStatement' &&
      parent.consequent === at &&
      isEmptyTest(parent.test, target, analysis)
    )
      return !hasLock(parent, analysis);
    if (parent.type !== 'BlockStatement') continue;
    const before = parent.body.slice(0, parent.body.indexOf(at as TSESTree.Statement));
    if (
      before.some(
        (statement) =>
          statement.type === 'IfStatement' &&
          isFilledTest(statement.test, target, analysis) &&
          leaves(statement.consequent),
      )
    )
      return !hasLock(parent, analysis);
  }
  return false;
}

function isEmptyTest(test: Node, target: string, analysis: Analysis): boolean {
  if (test.type === 'UnaryExpression' && test.operator === '!')
    return textOf(test.argument, analysis) === target;
  if (test.type !== 'BinaryExpression' || !/^===?$/.test(test.operator)) return false;
  return textOf(test.left, analysis) === target && /^(?:null|undefined)$/.test(textOf(test.right, analysis));
}

const isFilledTest = (test: Node, target: string, analysis: Analysis): boolean =>
  textOf(test, analysis) === target;

const leaves = (then: Node): boolean =>
  then.type === 'ReturnStatement' ||
  (then.type === 'BlockStatement' && then.body.at(-1)?.type === 'ReturnStatement');

/** A flag or lock that is set before the await: somebody has thought about it. */
function hasLock(region: Node, analysis: Analysis): boolean {
  return someNode(
    region,
    analysis.source.visitorKeys,
    (node) =>
      node.type === 'Identifier' &&
      /lock|mutex|pending|loading|initiali[sz]ing|connecting|inflight|semaphore/i.test(node.name),
    'own',
  );
}
