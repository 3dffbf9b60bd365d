import type { TSESTree } from '@typescript-eslint/utils';
import type { FunctionNode, Node } from './ast.ts';
import { isFunction, propertyName, unwrap } from './ast.ts';

/** The class whose `this` a node sees; arrow functions look through. */
export function enclosingClass(node: Node): TSESTree.ClassDeclaration | TSESTree.ClassExpression | undefined {
  for (let up = node.parent; up; up = up.parent) {
    if (up.type === 'ClassDeclaration' || up.type === 'ClassExpression') return up;
    const isMethod = up.parent?.type === 'MethodDefinition' || up.parent?.type === 'PropertyDefinition';
    if ((up.type === 'FunctionDeclaration' || up.type === 'FunctionExpression') && !isMethod)
      return undefined;
  }
  return undefined;
}

/** What `this.name` holds: its initialiser, the one assignment in the constructor, or the type it is declared with. */
export function classProperty(
  access: TSESTree.MemberExpression,
  name: string,
): Node | { typeName: TSESTree.EntityName } | undefined {
  const members = enclosingClass(access)?.body.body ?? [];
  for (const member of members) {
    if (member.type === 'PropertyDefinition' && propertyName(member) === name) {
      if (member.value) return member.value;
      const type = member.typeAnnotation?.typeAnnotation;
      if (type?.type === 'TSTypeReference') return { typeName: type.typeName };
    }
  }
  const build = members.find((m) => m.type === 'MethodDefinition' && m.kind === 'constructor');
  if (build?.type !== 'MethodDefinition') return undefined;
  for (const parameter of build.value.params) {
    if (parameter.type !== 'TSParameterProperty' || parameter.parameter.type !== 'Identifier') continue;
    const type = parameter.parameter.typeAnnotation?.typeAnnotation;
    if (parameter.parameter.name === name && type?.type === 'TSTypeReference')
      return { typeName: type.typeName };
  }
  return assignedInConstructor(build.value.body?.body ?? [], name);
}

/** The method of a class or the function-valued property of an object literal. */
export function methodOf(owner: Node | undefined, name: string): FunctionNode | undefined {
  if (owner?.type === 'ClassDeclaration' || owner?.type === 'ClassExpression') {
    for (const member of owner.body.body) {
      if (member.type !== 'MethodDefinition' && member.type !== 'PropertyDefinition') continue;
      if (propertyName(member) === name && isFunction(member.value)) return member.value;
    }
    return undefined;
  }
  const value = owner && propertyValue(owner, name);
  return isFunction(value) ? value : undefined;
}

/** The value that an object literal gives a property. */
export function propertyValue(object: Node, name: string): Node | undefined {
  const plain = unwrap(object);
  if (plain.type !== 'ObjectExpression') return undefined;
  for (const property of plain.properties) {
    if (property.type === 'Property' && propertyName(property) === name) return property.value;
  }
  return undefined;
}

function assignedInConstructor(body: readonly Node[], name: string): Node | undefined {
  for (const statement of body) {
    if (statement.type !== 'ExpressionStatement') continue;
    const assignment = statement.expression;
    if (assignment.type !== 'AssignmentExpression' || assignment.left.type !== 'MemberExpression') continue;
    if (assignment.left.object.type === 'ThisExpression' && propertyName(assignment.left) === name) {
      return assignment.right;
    }
  }
  return undefined;
}
