import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import { lastName, someNode, unwrap } from '../source/ast.ts';
import { GLOBAL } from '../source/bindings.ts';
import { defineRule } from '../source/define-rule.ts';

/** Loops that only watch the clock. A loop that works until a deadline is something else and is left alone. */
export default defineRule({
  name: 'no-busy-wait',
  description: 'Report loops that do nothing but wait for the clock',
  messages: {
    busy: 'This loop holds the event loop until the clock has moved on. Await a timer: await setTimeout(ms) of node:timers/promises.',
  },
  defaults: {},
  create({ analysis, report }) {
    const check = (
      loop: TSESTree.WhileStatement | TSESTree.DoWhileStatement | TSESTree.ForStatement,
    ): void => {
      if (!loop.test || !readsClock(loop.test, loop.body, analysis) || doesWork(loop.body, analysis)) return;
      const when = analysis.reach.when(loop);
      report({
        at: loop,
        messageId: 'busy',
        detail: {
          confidence: 'certain',
          cause: 'javascript',
          chain: when.kind === 'served' ? when.chain : [],
        },
      });
    };
    return { WhileStatement: check, DoWhileStatement: check, ForStatement: check };
  },
});

/** True when the condition compares with the clock, directly or through a name that the body sets from it. */
function readsClock(test: Node, body: Node, analysis: Analysis): boolean {
  if (!compares(test, analysis)) return false;
  if (holdsClockRead(test, analysis)) return true;
  const sets = (node: Node): boolean =>
    node.type === 'AssignmentExpression' && isClockRead(node.right, analysis);
  return someNode(body, analysis.source.visitorKeys, sets);
}

/** A comparison and nothing else: `&& queue.length` waits for something that may happen. */
const compares = (test: Node, analysis: Analysis): boolean => {
  const plain = unwrap(test);
  if (plain.type !== 'BinaryExpression' || !/^[<>]=?$|^[!=]==?$/.test(plain.operator)) return false;
  return !doesWork(plain, analysis);
};

function holdsClockRead(node: Node, analysis: Analysis): boolean {
  return someNode(node, analysis.source.visitorKeys, (inner) => isClockRead(inner, analysis));
}

function isClockRead(node: Node, analysis: Analysis): boolean {
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return false;
  const api = analysis.bindings.resolve(node.callee);
  if (!api) return false;
  const name = api.path.join('.');
  if (node.type === 'NewExpression')
    return api.module === GLOBAL && name === 'Date' && node.arguments.length === 0;
  if (/^(?:Date\.now|performance\.now|process\.hrtime(?:\.bigint)?|process\.uptime)$/.test(name)) return true;
  return name === 'Date.()' || /^Date\.\(\)\.(?:getTime|valueOf)$/.test(name);
}

/** Anything that could get something done: a call other than arithmetic and the clock, an await, a way out. */
function doesWork(body: Node, analysis: Analysis): boolean {
  return someNode(body, analysis.source.visitorKeys, (node) => {
    if (node.type === 'CallExpression' || node.type === 'NewExpression') {
      return !isClockRead(node, analysis) && !isArithmetic(node.callee, analysis);
    }
    return WORKING.has(node.type);
  });
}

const WORKING = new Set([
  'AwaitExpression',
  'YieldExpression',
  'BreakStatement',
  'ReturnStatement',
  'ThrowStatement',
  'TaggedTemplateExpression',
]);

function isArithmetic(callee: Node, analysis: Analysis): boolean {
  const api = analysis.bindings.resolve(callee);
  if (api?.module !== GLOBAL) return false;
  return (
    api.path[0] === 'Math' ||
    /^(?:Number|BigInt|parseInt|isNaN)$/.test(lastName(callee) ?? '') ||
    /^Date\.\(\)\./.test(api.path.join('.'))
  );
}
