import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { enclosingFunction, lastName, unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { insertAwait } from '../source/edits.ts';
import { isPromise } from '../source/promises.ts';

/** A promise where a value decides: it is true whatever it will become. */
export default defineRule({
  name: 'no-misused-promises',
  description: 'Report promises in conditions and spreads, where they are never what is meant',
  messages: {
    condition: '{{what}} is a promise, and a promise is always true: this condition never fails. Await it.',
    spread: '{{what}} is a promise, and spreading a promise gives nothing. Await it.',
    addAwait: 'Await it.',
  },
  defaults: {},
  scope: 'everywhere',
  create({ analysis, report }) {
    const check = (node: TSESTree.Expression, messageId: string): void => {
      const plain = unwrap(node);
      // `if (pending)`: whether there is a promise at all may well be the question.
      if (plain.type === 'Identifier' && !isCalled(plain)) return;
      if (!isPromise(plain, analysis)) return;
      const what = plain.type === 'CallExpression' ? `${lastName(plain.callee) ?? 'This'}()` : 'This';
      const suggest: TSESLint.SuggestionReportDescriptor<string>[] =
        enclosingFunction(node)?.async === true
          ? [{ messageId: 'addAwait', data: {}, fix: (fixer) => insertAwait(fixer, node) }]
          : [];
      report({ at: plain, messageId, data: { what }, detail: { confidence: 'certain' }, suggest });
    };
    const isCalled = (node: TSESTree.Node): boolean => node.type === 'CallExpression';
    const test = (node: { test: TSESTree.Expression | null }): void => {
      if (node.test) check(node.test, 'condition');
    };
    return {
      IfStatement: test,
      WhileStatement: test,
      DoWhileStatement: test,
      ForStatement: test,
      ConditionalExpression: test,
      LogicalExpression(node) {
        if (node.operator !== '??') check(node.left, 'condition');
      },
      UnaryExpression(node) {
        // `!!promise` asks whether there is one.
        if (node.operator === '!' && !isTwice(node)) check(node.argument, 'condition');
      },
      SpreadElement(node) {
        if (node.parent.type === 'ObjectExpression') check(node.argument, 'spread');
      },
    };
  },
});

const isTwice = ({ operator, parent }: TSESTree.UnaryExpression): boolean =>
  parent.type === 'UnaryExpression' && parent.operator === operator;
