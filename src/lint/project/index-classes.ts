import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { FunctionNode, Node } from '../source/ast.ts';
import { isFunction, propertyName, unwrap, walk } from '../source/ast.ts';
import type { IndexedClass, Value } from './file-index.ts';
import { prototypeOwner, type Describe } from './values.ts';

type ClassNode = TSESTree.ClassDeclaration | TSESTree.ClassExpression;

/** What a class's members are: methods, initialised and declared properties, what the constructor assigns. */
export function indexClass(
  node: Node,
  functions: ReadonlyMap<Node, number>,
  describe: Describe,
): IndexedClass {
  const indexed: IndexedClass = { members: {}, statics: {}, promises: [] };
  if (node.type === 'TSInterfaceDeclaration') {
    for (const { expression } of node.extends) {
      const value = describe(expression);
      if (value) indexed.promises.push(value);
    }
    return { ...indexed, name: node.id.name };
  }
  const owner = node as ClassNode;
  if (owner.id) indexed.name = owner.id.name;
  for (const member of owner.body.body) addMember(indexed, member, functions, describe);
  const base = owner.superClass ? describe(owner.superClass) : null;
  if (base) indexed.base = base;
  for (const { expression } of owner.implements) {
    const value = describe(expression);
    if (value) indexed.promises.push(value);
  }
  return indexed;
}

/** A function whose prototype is given methods. */
export function indexPrototype(
  owner: FunctionNode,
  all: readonly FunctionNode[],
  analysis: Analysis,
  functions: ReadonlyMap<Node, number>,
  describe: Describe,
): IndexedClass {
  const indexed: IndexedClass = { members: {}, statics: {}, promises: [] };
  const build = functions.get(owner);
  if (build !== undefined) indexed.build = build;
  if (owner.id) indexed.name = owner.id.name;
  for (const fn of all) {
    if (prototypeOwner(fn, analysis.bindings) !== owner) continue;
    const name =
      fn.parent.type === 'Property'
        ? propertyName(fn.parent)
        : fn.parent.type === 'AssignmentExpression' && fn.parent.left.type === 'MemberExpression'
          ? propertyName(fn.parent.left)
          : undefined;
    const number = functions.get(fn);
    if (name !== undefined && number !== undefined) put(indexed.members, name, ['fn', number]);
  }
  assignedToThis(owner, indexed, analysis.source.visitorKeys, describe);
  return indexed;
}

function addMember(
  indexed: IndexedClass,
  member: TSESTree.ClassElement,
  functions: ReadonlyMap<Node, number>,
  describe: Describe,
): void {
  if (member.type !== 'MethodDefinition' && member.type !== 'PropertyDefinition') return;
  const name = propertyName(member);
  if (name === undefined) return;
  if (member.type === 'MethodDefinition') {
    const number = functions.get(member.value);
    if (number === undefined || member.kind === 'get' || member.kind === 'set') return;
    if (member.kind === 'constructor') {
      indexed.build = number;
      for (const parameter of member.value.params) addParameter(indexed, parameter, describe);
      assignedToThis(member.value, indexed, undefined, describe);
    } else put(member.static ? indexed.statics : indexed.members, name, ['fn', number]);
    return;
  }
  const value = member.value ? describe(member.value) : typeOf(member, describe);
  if (value) put(member.static ? indexed.statics : indexed.members, name, value);
}

/** `constructor(private readonly repo: Repo)` */
function addParameter(indexed: IndexedClass, parameter: Node, describe: Describe): void {
  if (parameter.type !== 'TSParameterProperty') return;
  const { parameter: inner } = parameter;
  const id = inner.type === 'AssignmentPattern' ? inner.left : inner;
  const value = describe(id);
  if (value) put(indexed.members, id.name, value);
}

/** `this.repo = repo` in the statements of a constructor itself. */
function assignedToThis(
  build: FunctionNode | TSESTree.TSEmptyBodyFunctionExpression,
  indexed: IndexedClass,
  keys: Analysis['source']['visitorKeys'] | undefined,
  describe: Describe,
): void {
  if (build.body?.type !== 'BlockStatement') return;
  const take = (node: Node): void => {
    if (node.type !== 'AssignmentExpression' || node.operator !== '=') return;
    const left = unwrap(node.left);
    if (left.type !== 'MemberExpression' || left.object.type !== 'ThisExpression') return;
    const name = propertyName(left);
    const value = name === undefined ? null : describe(node.right);
    if (name !== undefined && value && !Object.hasOwn(indexed.members, name))
      put(indexed.members, name, value);
  };
  if (keys) {
    walk(build.body, keys, (node) => {
      if (isFunction(node)) return 'skip';
      take(node);
      return undefined;
    });
    return;
  }
  for (const statement of build.body.body)
    if (statement.type === 'ExpressionStatement') take(statement.expression);
}

/** `private repo: Repo;`, which a container fills in. */
function typeOf(member: TSESTree.PropertyDefinition, describe: Describe): Value | null {
  const type = member.typeAnnotation?.typeAnnotation;
  if (type?.type !== 'TSTypeReference' || type.typeName.type !== 'Identifier') return null;
  const from = describe(type.typeName);
  return from && ['get', from, '()'];
}

function put(members: Record<string, Value>, name: string, value: Value): void {
  if (name !== '__proto__') members[name] = value;
}
