import type { TSESTree } from '@typescript-eslint/utils';
import type { SourceLocation } from '../../model/location.ts';

export type Node = TSESTree.Node;
export type Call = TSESTree.CallExpression | TSESTree.NewExpression;
export type FunctionNode =
  TSESTree.FunctionDeclaration | TSESTree.FunctionExpression | TSESTree.ArrowFunctionExpression;

/** The nodes whose `type` is this. */
export type NodeOfType<Type extends `${Node['type']}`, One extends Node = Node> = One extends Node
  ? `${One['type']}` extends Type
    ? One
    : never
  : never;

/** Child properties by node type, as the parser gives them. */
export type VisitorKeys = Readonly<Record<string, readonly string[] | undefined>>;

/** Calls `visit` for a node and everything below it, in source order. Iterative: depth of the source is no limit. */
export function walk(root: Node, keys: VisitorKeys, visit: (node: Node) => 'skip' | undefined): void {
  const pending: Node[] = [root];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (visit(node) === 'skip') continue;
    const own = keys[node.type] ?? [];
    // The last first: it is taken out last.
    for (let at = own.length - 1; at >= 0; at--) {
      const value = (node as unknown as Record<string, unknown>)[own[at]!];
      if (Array.isArray(value)) {
        for (let item = value.length - 1; item >= 0; item--)
          if (isNode(value[item])) pending.push(value[item] as Node);
      } else if (isNode(value)) pending.push(value);
    }
  }
}

/** True when a node or one below it passes the test; `own` leaves nested functions out. */
export function someNode(
  root: Node,
  keys: VisitorKeys,
  test: (node: Node) => boolean,
  within: 'own' | 'all' = 'all',
): boolean {
  let found = false;
  walk(root, keys, (node) => {
    if (found || (within === 'own' && isFunction(node))) return 'skip';
    found = test(node);
    return undefined;
  });
  return found;
}

/** The first `await` of a piece of code, leaving nested functions out. */
export function firstAwait(root: Node, keys: VisitorKeys): TSESTree.AwaitExpression | undefined {
  let found: TSESTree.AwaitExpression | undefined;
  walk(root, keys, (node) => {
    if (found || isFunction(node)) return 'skip';
    if (node.type === 'AwaitExpression') found = node;
    return undefined;
  });
  return found;
}

export function isFunction(node: Node | null | undefined): node is FunctionNode {
  return (
    node?.type === 'FunctionDeclaration' ||
    node?.type === 'FunctionExpression' ||
    node?.type === 'ArrowFunctionExpression'
  );
}

/** The innermost function around a node, not counting the node itself. */
export function enclosingFunction(node: Node): FunctionNode | undefined {
  for (let up = node.parent; up; up = up.parent) if (isFunction(up)) return up;
  return undefined;
}

/** The function's name as V8 infers it for stacks, as far as it can be read off; undefined for an anonymous one. */
export function functionName(fn: FunctionNode): string | undefined {
  if (fn.id) return fn.id.name;
  const parent = fn.parent;
  switch (parent.type) {
    case 'VariableDeclarator':
      return parent.id.type === 'Identifier' ? parent.id.name : undefined;
    case 'AssignmentExpression':
      return lastName(parent.left);
    case 'MethodDefinition':
    case 'PropertyDefinition': {
      const name = propertyName(parent);
      if (name === 'constructor') return parent.parent.parent.id?.name ?? name;
      const owner = parent.parent.parent.id?.name;
      return name && owner && !parent.static && parent.type === 'MethodDefinition'
        ? `${owner}.${name}`
        : name;
    }
    case 'Property':
      return propertyName(parent);
    default:
      return undefined;
  }
}

/** The key of a property, method or member access, where it is written down. */
export function propertyName(
  node:
    TSESTree.Property | TSESTree.MethodDefinition | TSESTree.PropertyDefinition | TSESTree.MemberExpression,
): string | undefined {
  const key = node.type === 'MemberExpression' ? node.property : node.key;
  if (!node.computed && key.type === 'Identifier') return key.name;
  if (key.type === 'PrivateIdentifier') return `#${key.name}`;
  return staticString(key);
}

/** Last name of an expression: `readFileSync` in `fs.readFileSync`. */
export function lastName(node: Node): string | undefined {
  const plain = unwrap(node);
  if (plain.type === 'Identifier') return plain.name;
  if (plain.type === 'MemberExpression') return propertyName(plain);
  return undefined;
}

/** The node that an expression's last name stands at. */
export function lastNameNode(node: Node): Node {
  const plain = unwrap(node);
  return plain.type === 'MemberExpression' ? plain.property : plain;
}

/** A string constant, also as a template without expressions. */
export function staticString(node: Node | null | undefined): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) {
    return node.quasis[0]?.value.cooked ?? undefined;
  }
  return undefined;
}

/** Strips what does not change the value: type assertions, `!`, optional chains, `(0, f)` of compiled code. */
export function unwrap(node: Node): Node {
  let plain = node;
  for (;;) {
    switch (plain.type) {
      case 'TSAsExpression':
      case 'TSNonNullExpression':
      case 'TSTypeAssertion':
      case 'TSSatisfiesExpression':
      case 'TSInstantiationExpression':
      case 'ChainExpression':
        plain = plain.expression;
        break;
      case 'SequenceExpression':
        plain = plain.expressions.at(-1)!;
        break;
      default:
        return plain;
    }
  }
}

/** True when `outer` holds `inner` or is it. */
export function contains(outer: Node, inner: Node): boolean {
  return outer.range[0] <= inner.range[0] && inner.range[1] <= outer.range[1];
}

/** Where a node begins, as the model counts. */
export function locationOf(node: Node, file: string): SourceLocation {
  const fn = enclosingFunction(node);
  const name = fn && functionName(fn);
  return {
    file,
    line: node.loc.start.line,
    column: node.loc.start.column + 1,
    ...(name ? { function: name } : {}),
  };
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}
