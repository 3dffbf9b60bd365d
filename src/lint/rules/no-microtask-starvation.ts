import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import { enclosingFunction, isFunction, lastName, someNode, unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { globalName } from '../source/promises.ts';

/** Work that goes on in microtasks only: the loop gets no turn, as if the code were synchronous. */
export default defineRule({
  name: 'no-microtask-starvation',
  description: 'Report code that goes on from microtask to microtask and lets nothing else run',
  messages: {
    schedules:
      '{{name}} runs this function again before any input, timer or response gets its turn, so the loop stands still until it ends. Use setImmediate(), which lets others run in between.',
    spins:
      'Awaiting what is no operation does not let the loop turn: this loop holds it, and what it waits for may never happen. Await setImmediate() of node:timers/promises, or the event itself.',
    immediate: 'Use setImmediate().',
  },
  defaults: {},
  create({ analysis, report }) {
    const spins = (loop: TSESTree.WhileStatement | TSESTree.DoWhileStatement): void => {
      const awaits = awaitsOf(loop.body, analysis);
      if (
        awaits.length === 0 ||
        !awaits.every((one) => isNoOperation(one.argument, analysis)) ||
        leaves(loop.body, analysis)
      )
        return;
      report({ at: awaits[0]!, messageId: 'spins', detail: { confidence: 'likely', cause: 'microtasks' } });
    };
    return {
      CallExpression(call) {
        const name = globalName(call.callee, analysis);
        const isMicrotask = name === 'process.nextTick' || name === 'queueMicrotask';
        if (!isMicrotask || !call.arguments[0] || !runsItself(call, analysis)) return;
        const suggest: TSESLint.SuggestionReportDescriptor<string>[] = [
          {
            messageId: 'immediate',
            data: {},
            fix: (fixer) => fixer.replaceText(call.callee, 'setImmediate'),
          },
        ];
        report({
          at: call,
          messageId: 'schedules',
          data: { name: `${name}()` },
          detail: { confidence: 'likely', cause: 'microtasks' },
          suggest,
        });
      },
      WhileStatement: spins,
      DoWhileStatement: spins,
    };
  },
});

/** True when the function that is scheduled is the one that schedules it, or calls it at once. */
function runsItself(call: TSESTree.CallExpression, analysis: Analysis): boolean {
  const around = enclosingFunction(call);
  const scheduled = call.arguments[0]!;
  if (!around) return false;
  if (isFunction(scheduled)) {
    return someNode(
      scheduled.body,
      analysis.source.visitorKeys,
      (node) => node.type === 'CallExpression' && analysis.reach.targets(node.callee).includes(around),
      'own',
    );
  }
  return analysis.reach.targets(scheduled).includes(around);
}

function awaitsOf(body: Node, analysis: Analysis): TSESTree.AwaitExpression[] {
  const awaits: TSESTree.AwaitExpression[] = [];
  someNode(
    body,
    analysis.source.visitorKeys,
    (node) => {
      if (node.type === 'AwaitExpression') awaits.push(node);
      return node.type === 'ForOfStatement' && node.await;
    },
    'own',
  );
  return awaits;
}

/** A constant, or a promise that is settled from the beginning. */
function isNoOperation(argument: Node, analysis: Analysis): boolean {
  const node = unwrap(argument);
  if (node.type === 'Literal' || (node.type === 'Identifier' && node.name === 'undefined')) return true;
  if (node.type !== 'CallExpression') return false;
  return (
    globalName(node.callee, analysis) === 'Promise.resolve' &&
    (node.arguments.length === 0 || node.arguments[0]!.type === 'Literal')
  );
}

/** Work of its own in the loop may be what it waits for. */
const leaves = (body: Node, analysis: Analysis): boolean =>
  someNode(
    body,
    analysis.source.visitorKeys,
    (node) => {
      if (node.type === 'BreakStatement' || node.type === 'ReturnStatement') return true;
      return (
        node.type === 'CallExpression' &&
        globalName(node.callee, analysis) !== 'Promise.resolve' &&
        lastName(node.callee) !== 'log'
      );
    },
    'own',
  );
