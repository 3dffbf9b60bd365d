import type { TSESTree } from '@typescript-eslint/utils';
import type { Bindings } from './bindings.ts';
import type { FunctionNode, Node, VisitorKeys } from './ast.ts';
import { contains, enclosingFunction, lastName, propertyName, someNode } from './ast.ts';

/**
 * Where what is made is kept: `module`: in a variable outside of all functions, or a member of one; `object`: also in a
 * member of `this`. Whether there is one such object or one for each request is not known.
 */
export type Keeper = 'module' | 'object';

/**
 * True for code that a function runs the first time only, because it keeps what it made:
 * `if (kept) return kept; kept = make();`, `if (!kept) { kept = make(); }`, `!kept && make()`, `kept ??= make()` and
 * `kept = kept || make()`; also once for each
 * key, `if (kept.has(key)) return …`, in a container that may belong to an object. The caller's next requests do not
 * run it again. Of an object's member also what is made anew when it is out of date: `if (this.kept && isFresh()) return`.
 */
export function runsOnce(
  node: Node,
  bindings: Bindings,
  keys: VisitorKeys,
  keeper: Keeper = 'module',
): boolean {
  const fn = enclosingFunction(node);
  if (!fn) return false;
  const place: Place = { fn, bindings, keys, keeper };
  if (isFirstAssignment(node, place) || isSecondChoice(node, fn, bindings, keys)) return true;
  for (let at = node; at !== fn.body && at.parent; at = at.parent) {
    const { parent } = at;
    if (parent.type === 'IfStatement' && isGuarded(parent, at, place)) return true;
    if (parent.type === 'LogicalExpression' && parent.operator === '&&' && parent.right === at) {
      const tests = conjuncts(parent.left);
      if (tests.some((test) => isEmptyTest(test) && isKeptTest(test, place))) return true;
    }
    if (parent.type !== 'BlockStatement') continue;
    for (const before of parent.body) {
      if (before.range[0] >= at.range[0]) break;
      if (before.type === 'IfStatement' && leaves(before.consequent) && isPassedWhenKept(before.test, place))
        return true;
    }
  }
  return false;
}

interface Place {
  fn: FunctionNode;
  bindings: Bindings;
  keys: VisitorKeys;
  keeper: Keeper;
}

/** `if (!kept) { here }`, `if (kept) { … } else { here }`. */
function isGuarded(guard: TSESTree.IfStatement, at: Node, place: Place): boolean {
  // `wanted && !kept` lets in no more than `!kept`; of `kept || other` nobody knows which one it was.
  if (guard.consequent === at)
    return conjuncts(guard.test).some((test) => isEmptyTest(test) && isKeptTest(test, place));
  return guard.alternate === at && isPassedWhenKept(guard.test, place);
}

/** `if (kept) return …`. */
function isPassedWhenKept(test: Node, place: Place): boolean {
  const tests = place.keeper === 'object' ? conjuncts(test).slice(0, 1) : [test];
  return tests.some((one) => isFullTest(one) && isKeptTest(one, place));
}

function isKeptTest(test: Node, { fn, bindings, keys, keeper }: Place): boolean {
  const kept = keptName(test);
  if (kept && isKept(kept, fn, bindings, keeper, keys)) return true;
  const container = containerOf(test, bindings);
  return container !== undefined && isFilled(container, fn, bindings, keys);
}

const conjuncts = (test: Node): Node[] =>
  test.type === 'LogicalExpression' && test.operator === '&&'
    ? [...conjuncts(test.left), ...conjuncts(test.right)]
    : [test];

/** Inside of what `kept ??= …`, `kept ||= …` or `kept = kept || …` assigns. */
function isFirstAssignment(node: Node, { fn, bindings, keys, keeper }: Place): boolean {
  for (let at = node; at !== fn && at.parent; at = at.parent) {
    const { parent } = at;
    if (
      parent.type === 'AssignmentExpression' &&
      parent.right === at &&
      (/^(?:\?\?|\|\|)=$/.test(parent.operator) || isOwnOr(parent))
    ) {
      const kept = keptName(parent.left);
      return kept !== undefined && isKept(kept, fn, bindings, keeper, keys);
    }
  }
  return false;
}

/** `kept = kept || make()` */
function isOwnOr({ left, right, operator }: TSESTree.AssignmentExpression): boolean {
  if (operator !== '=' || right.type !== 'LogicalExpression' || right.operator === '&&') return false;
  const first = right.left;
  if (left.type === 'Identifier') return first.type === 'Identifier' && first.name === left.name;
  if (left.type !== 'MemberExpression' || first.type !== 'MemberExpression') return false;
  return (
    propertyName(left) !== undefined &&
    propertyName(left) === propertyName(first) &&
    left.object.type === first.object.type &&
    lastName(left.object) === lastName(first.object)
  );
}

/** In `kept.get(key) || make()` and `useKept && kept[key] || make()`, where what was made is kept. */
function isSecondChoice(node: Node, fn: FunctionNode, bindings: Bindings, keys: VisitorKeys): boolean {
  for (let at = node; at !== fn && at.parent; at = at.parent) {
    const { parent } = at;
    if (parent.type !== 'LogicalExpression' || parent.operator === '&&' || parent.right !== at) continue;
    for (const test of conjuncts(parent.left)) {
      const container = containerOf(test, bindings);
      if (container && isFilled(container, fn, bindings, keys)) return true;
    }
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
  return /^(?:Identifier|MemberExpression|CallExpression)$/.test(test.type);
}

const isNothing = (node: Node): boolean =>
  (node.type === 'Literal' && node.value === null) ||
  (node.type === 'Identifier' && node.name === 'undefined') ||
  (node.type === 'UnaryExpression' && node.operator === 'void');

function keptName(test: Node): Kept | undefined {
  const node = tested(test);
  if (node.type === 'Identifier') return node as Kept;
  return node.type === 'MemberExpression' && propertyName(node) !== undefined ? (node as Kept) : undefined;
}

const tested = (test: Node): Node =>
  test.type === 'UnaryExpression' ? test.argument : test.type === 'BinaryExpression' ? test.left : test;

/** `kept` of `kept[key]`, `kept.has(key)` and `kept.get(key)`, also by the name that was given to what it gave. */
function containerOf(test: Node, bindings: Bindings): Node | undefined {
  let node = tested(test);
  const bound = node.type === 'Identifier' ? bindings.variable(node) : undefined;
  const only = bound && bindings.onlyValue(bound);
  if (only?.path.length === 0) node = only.value;
  if (node.type === 'CallExpression') {
    const { callee } = node;
    const isLookUp = callee.type === 'MemberExpression' && /^(?:has|get)$/.test(propertyName(callee) ?? '');
    return isLookUp && node.arguments.length === 1 ? callee.object : undefined;
  }
  if (node.type !== 'MemberExpression' || !node.computed || propertyName(node) !== undefined)
    return undefined;
  return node.object;
}

/** The function puts something into the container, which outlives it. */
function isFilled(container: Node, fn: FunctionNode, bindings: Bindings, keys: VisitorKeys): boolean {
  const name = outliving(container, bindings);
  if (name === undefined) return false;
  return someNode(fn.body, keys, (node) => {
    if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression')
      return propertyName(node.callee) === 'set' && outliving(node.callee.object, bindings) === name;
    const target = node.type === 'AssignmentExpression' ? node.left : undefined;
    return (
      target?.type === 'MemberExpression' && target.computed && outliving(target.object, bindings) === name
    );
  });
}

/** A name for a variable of the module, or a member of `this`. */
function outliving(node: Node, bindings: Bindings): string | undefined {
  if (node.type === 'MemberExpression')
    return node.object.type === 'ThisExpression' ? `this.${propertyName(node) ?? ''}` : undefined;
  const bound = node.type === 'Identifier' ? bindings.variable(node) : undefined;
  return bound && /^(?:module|global)$/.test(bound.scope.type) ? bound.name : undefined;
}

/** The branch ends with `return`. */
function leaves(branch: Node): boolean {
  const last = branch.type === 'BlockStatement' ? branch.body.at(-1) : branch;
  return last?.type === 'ReturnStatement';
}

/** A variable of the module, or a member of one, to which the function assigns; of `this` where objects are asked for. */
function isKept(
  kept: Node,
  fn: FunctionNode,
  bindings: Bindings,
  keeper: Keeper,
  keys: VisitorKeys,
): boolean {
  const root = kept.type === 'MemberExpression' ? kept.object : kept;
  if (keeper === 'object' && kept.type === 'MemberExpression' && isHolder(root, fn, bindings))
    return assignsOwn(propertyName(kept), root, fn, keys);
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

/** `this`, or what the function was given: `if (!release.view) release.view = …`. What it makes itself keeps nothing. */
function isHolder(root: Node, fn: FunctionNode, bindings: Bindings): boolean {
  if (root.type === 'ThisExpression') return true;
  const bound = root.type === 'Identifier' ? bindings.variable(root) : undefined;
  // A request is new each time.
  return (
    bound !== undefined &&
    !/^_?(?:req|res|request|response|reply|ctx|context|event)$/.test(bound.name) &&
    (bound.defs[0]?.type as string | undefined) === 'Parameter' &&
    bound.defs[0]!.node === fn
  );
}

/** `this.name = …` in the function, also in callbacks of it. */
const assignsOwn = (name: string | undefined, root: Node, fn: FunctionNode, keys: VisitorKeys): boolean =>
  name !== undefined &&
  someNode(
    fn.body,
    keys,
    (node) =>
      node.type === 'AssignmentExpression' &&
      node.left.type === 'MemberExpression' &&
      node.left.object.type === root.type &&
      lastName(node.left.object) === lastName(root) &&
      propertyName(node.left) === name,
  );
