import type { Analysis } from './analysis.ts';
import type { FunctionNode, Node } from './ast.ts';
import { enclosingFunction } from './ast.ts';
import { mayLeave } from './names.ts';
import { calledFunctions } from './promises.ts';

/** Callers of callers are followed so far. */
const MAX_STEPS = 4;

/** The functions of this file of which every run reaches a node: the one that it is written in, and those that always call that one. */
export function reachedByEveryRunOf(node: Node, analysis: Analysis): FunctionNode[] {
  const found = new Set<FunctionNode>();
  let newest = [node];
  for (let step = 0; step < MAX_STEPS && newest.length > 0; step++) {
    const around = newest.flatMap((one) => {
      const fn = enclosingFunction(one);
      return fn && !found.has(fn) && isAlwaysReached(one, fn, analysis) ? [fn] : [];
    });
    for (const fn of around) found.add(fn);
    newest = around.length > 0 ? callsOf(new Set(around), analysis) : [];
  }
  return [...found];
}

/** Calls that run one of these functions and surely no other. */
function callsOf(functions: ReadonlySet<FunctionNode>, analysis: Analysis): Node[] {
  return analysis.nodes.filter((node) => {
    if (node.type !== 'CallExpression') return false;
    const [only, ...others] = calledFunctions(node, analysis);
    return only !== undefined && others.length === 0 && functions.has(only);
  });
}

/** Nothing decides whether the node is reached: no condition, no loop, no `catch`, no earlier way out. */
function isAlwaysReached(node: Node, fn: FunctionNode, analysis: Analysis): boolean {
  for (let at = node; at.parent && at !== fn; at = at.parent) {
    const { parent } = at;
    if (parent === fn) return at === fn.body;
    if (parent.type === 'BlockStatement') {
      const before = parent.body.slice(0, parent.body.indexOf(at as (typeof parent.body)[number]));
      if (before.some((statement) => mayLeave(statement, analysis.source.visitorKeys))) return false;
    } else if (!PASSING.has(parent.type)) return false;
  }
  return false;
}

/** What always runs all that is in it. */
const PASSING = new Set([
  'ExpressionStatement',
  'VariableDeclaration',
  'VariableDeclarator',
  'ReturnStatement',
  'AwaitExpression',
  'CallExpression',
  'NewExpression',
  'MemberExpression',
  'UnaryExpression',
  'SequenceExpression',
  'ArrayExpression',
  'ObjectExpression',
  'Property',
  'TSAsExpression',
  'TSNonNullExpression',
]);
