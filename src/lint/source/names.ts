import type { Node, VisitorKeys } from './ast.ts';
import { someNode, walk } from './ast.ts';

/** Names of variables that an expression mentions, `this` among them. Property names do not count. */
export function namesIn(expression: Node, keys: VisitorKeys): Set<string> {
  const names = new Set<string>();
  walk(expression, keys, (node) => {
    if (node.type === 'ThisExpression') names.add('this');
    if (node.type === 'Identifier' && !isPropertyName(node)) names.add(node.name);
    return undefined;
  });
  return names;
}

/** Names that a declaration or parameter pattern binds. */
export function patternNames(pattern: Node): Set<string> {
  const names = new Set<string>();
  const pending: (Node | null)[] = [pattern];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    switch (node?.type) {
      case 'Identifier':
        names.add(node.name);
        break;
      case 'ObjectPattern':
        pending.push(...node.properties.map((p) => (p.type === 'Property' ? p.value : p.argument)));
        break;
      case 'ArrayPattern':
        pending.push(...node.elements);
        break;
      case 'AssignmentPattern':
        pending.push(node.left);
        break;
      case 'RestElement':
        pending.push(node.argument);
        break;
      default:
    }
  }
  return names;
}

/** True when running a node may end what is around it: return, throw, break, continue, outside nested functions. */
export function mayLeave(statement: Node, keys: VisitorKeys): boolean {
  return someNode(statement, keys, ({ type }) => LEAVING.has(type), 'own');
}

const LEAVING = new Set(['ReturnStatement', 'ThrowStatement', 'BreakStatement', 'ContinueStatement']);

function isPropertyName(node: Node): boolean {
  const parent = node.parent;
  if (parent?.type === 'MemberExpression') return parent.property === node && !parent.computed;
  if (parent?.type === 'Property') return parent.key === node && !parent.computed && !parent.shorthand;
  return false;
}
