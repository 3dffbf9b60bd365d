import type { TSESTree } from '@typescript-eslint/utils';
import type { FunctionNode, Node } from './ast.ts';
import { isFunction, lastName } from './ast.ts';

/** A loop, or a call that runs a function for each element. */
export type Loop =
  | { kind: 'statement'; node: LoopStatement }
  | { kind: 'method'; node: TSESTree.CallExpression; name: string; callback: FunctionNode };

type LoopStatement =
  | TSESTree.ForStatement
  | TSESTree.ForOfStatement
  | TSESTree.ForInStatement
  | TSESTree.WhileStatement
  | TSESTree.DoWhileStatement;

/** The innermost loop that runs a node again and again within one call of the function around. */
export function loopAround(node: Node): Loop | undefined {
  for (let at = node; at.parent; at = at.parent) {
    const { parent } = at;
    if (isLoop(parent) && at !== headOf(parent)) return { kind: 'statement', node: parent };
    if (isFunction(parent)) {
      const iterated = iteratedBy(parent);
      return iterated && { kind: 'method', ...iterated, callback: parent };
    }
  }
  return undefined;
}

/** The call that runs a function for each element: `items.map(fn)`. */
export function iteratedBy(fn: FunctionNode): { node: TSESTree.CallExpression; name: string } | undefined {
  const call = fn.parent;
  if (call.type !== 'CallExpression' || call.arguments[0] !== fn || call.callee.type !== 'MemberExpression')
    return undefined;
  const name = lastName(call.callee) ?? '';
  return ITERATING.test(name) ? { node: call, name } : undefined;
}

export function isLoop(node: Node): node is LoopStatement {
  return /^(?:For(?:Of|In)?|While|DoWhile)Statement$/.test(node.type);
}

/** What runs once: the list of a `for of`, the beginning of a `for`. */
function headOf(loop: LoopStatement): Node | null {
  if (loop.type === 'ForOfStatement' || loop.type === 'ForInStatement') return loop.right;
  return loop.type === 'ForStatement' ? loop.init : null;
}

const ITERATING =
  /^(?:map|forEach|filter|reduce|reduceRight|some|every|find|findIndex|findLast|findLastIndex|flatMap|sort|toSorted)$/;
