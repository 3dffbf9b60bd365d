import type { Bindings } from './bindings.ts';
import type { Node } from './ast.ts';
import { contains, enclosingFunction, propertyName } from './ast.ts';

/**
 * True for code that a function runs the first time only, because it keeps what it made:
 * `if (kept) return kept; kept = make();` and `if (!kept) { kept = make(); }`, `kept` being a variable outside
 * of all functions, or a member of one. The caller's next requests do not run it again.
 */
export function runsOnce(node: Node, bindings: Bindings): boolean {
  const fn = enclosingFunction(node);
  if (fn?.body.type !== 'BlockStatement') return false;
  for (const statement of fn.body.body) {
    if (statement.type !== 'IfStatement' || statement.range[0] > node.range[0]) continue;
    const guards = contains(statement.consequent, node)
      ? isEmptyTest(statement.test)
      : leaves(statement.consequent) && !contains(statement, node) && isFullTest(statement.test);
    const kept = guards && keptName(statement.test);
    if (kept && isKept(kept, fn, bindings)) return true;
  }
  return false;
}

type Kept = Node & { type: 'Identifier' | 'MemberExpression' };

/** `!kept`, `kept === undefined`, `kept == null`. */
function isEmptyTest(test: Node): boolean {
  if (test.type === 'UnaryExpression') return test.operator === '!';
  return test.type === 'BinaryExpression' && /^={2,3}$/.test(test.operator) && isNothing(test.right);
}

/** `kept`, `kept !== undefined`. */
function isFullTest(test: Node): boolean {
  if (test.type === 'BinaryExpression') return /^!={1,2}$/.test(test.operator) && isNothing(test.right);
  return test.type === 'Identifier' || test.type === 'MemberExpression';
}

const isNothing = (node: Node): boolean =>
  (node.type === 'Literal' && node.value === null) ||
  (node.type === 'Identifier' && node.name === 'undefined') ||
  (node.type === 'UnaryExpression' && node.operator === 'void');

function keptName(test: Node): Kept | undefined {
  const node =
    test.type === 'UnaryExpression' ? test.argument : test.type === 'BinaryExpression' ? test.left : test;
  if (node.type === 'Identifier') return node as Kept;
  return node.type === 'MemberExpression' && propertyName(node) !== undefined ? (node as Kept) : undefined;
}

/** The branch ends with `return`. */
function leaves(branch: Node): boolean {
  const last = branch.type === 'BlockStatement' ? branch.body.at(-1) : branch;
  return last?.type === 'ReturnStatement';
}

/** A variable of the module, or a member of one, to which the function assigns. Another `this` would be made anew. */
function isKept(kept: Node, fn: Node, bindings: Bindings): boolean {
  const root = kept.type === 'MemberExpression' ? kept.object : kept;
  const bound = root.type === 'Identifier' ? bindings.variable(root) : undefined;
  if (!bound || !/^(?:module|global)$/.test(bound.scope.type)) return false;
  return bound.references.some(({ identifier }) => {
    if (!contains(fn, identifier)) return false;
    const target = kept.type === 'MemberExpression' ? identifier.parent : identifier;
    if (target.type !== kept.type || target.parent?.type !== 'AssignmentExpression') return false;
    const isSame =
      kept.type !== 'MemberExpression' || propertyName(target as typeof kept) === propertyName(kept);
    return isSame && target.parent.left === target;
  });
}
