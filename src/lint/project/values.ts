import type { Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/utils';
import type { Call, FunctionNode, Node } from '../source/ast.ts';
import {
  enclosingFunction,
  isFunction,
  lastName,
  propertyName,
  staticString,
  unwrap,
} from '../source/ast.ts';
import type { Bindings } from '../source/bindings.ts';
import { enclosingClass } from '../source/classes.ts';
import { usesWhatItIsGiven } from '../source/targets.ts';
import type { Value } from './file-index.ts';

/** Numbers of a file's functions and classes. */
export interface Numbering {
  functions: ReadonlyMap<Node, number>;
  classes: ReadonlyMap<Node, number>;
}

/** Describes what an expression is, as far as names lead somewhere; null where they do not. */
export type Describe = (node: Node) => Value | null;

/** Deepest chain of names that is followed. */
const MAX_DEPTH = 12;

/** More properties than this is data. */
const MAX_PROPERTIES = 200;

/** Wrappers that compilers put around `require`. */
const INTEROP =
  /^(?:__importDefault|__importStar|__toESM|_interopRequireDefault|_interopRequireWildcard|_interopDefault\w*|interopRequireDefault)$/;

/** Calls whose function argument is what they give. */
const SAME_FUNCTION = /^(?:bind|promisify|callbackify|wrap|memoize|once|debounce|throttle)$/;

export function createDescribe(bindings: Bindings, { functions, classes }: Numbering): Describe {
  const memo = new Map<Node, Value | null>();

  function describe(node: Node, depth = 0): Value | null {
    if (depth > MAX_DEPTH) return null;
    const known = memo.get(node);
    if (known !== undefined) return known;
    memo.set(node, null);
    const described = describePlain(unwrap(node), depth + 1);
    const found = described && isHeavy(described) ? null : described;
    memo.set(node, found);
    return found;
  }

  function describePlain(node: Node, depth: number): Value | null {
    if (isFunction(node)) return numbered('fn', functions.get(node));
    switch (node.type) {
      case 'ClassDeclaration':
      case 'ClassExpression':
      case 'TSInterfaceDeclaration':
        return numbered('class', classes.get(node));
      case 'Identifier': {
        const bound = bindings.variable(node);
        return bound ? describeVariable(bound, depth) : globalValue(node.name);
      }
      case 'MemberExpression':
        return describeMember(node, depth);
      case 'ThisExpression':
        return thisValue(node, depth);
      case 'AwaitExpression':
        return describe(node.argument, depth);
      case 'ImportExpression':
        return moduleValue(staticString(node.source));
      case 'NewExpression':
      case 'CallExpression':
        return describeCall(node, depth);
      case 'LogicalExpression':
        return either([describe(node.left, depth), describe(node.right, depth)]);
      case 'ConditionalExpression':
        return either([describe(node.consequent, depth), describe(node.alternate, depth)]);
      case 'AssignmentExpression':
        return describe(node.right, depth);
      case 'ArrayExpression':
        return either(node.elements.slice(0, 20).map((one) => (one ? describe(one, depth) : null)));
      case 'SpreadElement':
        return describe(node.argument, depth);
      case 'ObjectExpression':
        return describeObject(node, depth);
      default:
        return null;
    }
  }

  function describeMember(node: TSESTree.MemberExpression, depth: number): Value | null {
    // `this[name]` may be anything that the class, or one that extends it, has.
    const isTable = node.computed && node.object.type !== 'ThisExpression';
    const name = propertyName(node) ?? (isTable ? '*' : undefined);
    const object = describe(node.object, depth);
    if (!object || name === undefined) return null;
    if (object[0] === 'object') {
      if (name === '*') return either(Object.values(object[1]));
      return Object.hasOwn(object[1], name) ? object[1][name]! : null;
    }
    return ['get', object, name];
  }

  function describeCall(node: Call, depth: number): Value | null {
    const name = lastName(node.callee);
    const first = node.arguments[0];
    const plain = node.callee.type === 'Identifier';
    if (name === 'require' && plain) return moduleValue(staticString(first));
    if (name === 'getBuiltinModule') return moduleValue(staticString(first));
    if (name !== undefined && INTEROP.test(name) && first) return describe(first, depth);
    if (name === 'bind' && node.callee.type === 'MemberExpression')
      return describe(node.callee.object, depth);
    if (name !== undefined && SAME_FUNCTION.test(name) && first) {
      const same = describe(first, depth);
      if (same && leadsToFunction(same)) return same;
    }
    const callee = describe(node.callee, depth);
    const given = node.arguments
      .map((argument) => describe(argument, depth))
      .filter((value): value is Value => value !== null && leadsToFunction(value));
    const result: Value | null = callee && ['get', callee, '()'];
    if (given.length === 0 || node.type === 'NewExpression' || usesWhatItIsGiven(node)) return result;
    return ['made', result ?? ['any', []], given];
  }

  function describeObject(node: TSESTree.ObjectExpression, depth: number): Value | null {
    const members: Record<string, Value> = {};
    const spread: Value[] = [];
    for (const property of node.properties.slice(0, MAX_PROPERTIES)) {
      if (property.type === 'SpreadElement') {
        const value = describe(property.argument, depth);
        if (value) spread.push(value);
        continue;
      }
      const name = propertyName(property) ?? '*';
      const value = describe(property.value, depth);
      if (value && name !== '__proto__') members[name] = value;
    }
    const own: Value = ['object', members];
    if (spread.length > 0) return ['any', [own, ...spread]];
    return Object.keys(members).length > 0 ? own : null;
  }

  function describeVariable(bound: Variable, depth: number): Value | null {
    const definition = bound.defs[0];
    if (!definition || bound.defs.length > 1) return null;
    const declared = definition.node as Node;
    switch (definition.type as string) {
      case 'ImportBinding':
        return importValue(declared, definition.parent as TSESTree.ImportDeclaration | undefined);
      case 'Parameter':
        return parameterValue(bound, declared, depth);
      case 'FunctionName':
        return numbered('fn', functions.get(declared));
      case 'ClassName':
      case 'Type':
        return numbered('class', classes.get(declared));
      default: {
        const only = bindings.onlyValue(bound);
        const value = only && describe(only.value, depth);
        return value ? only.path.reduce<Value>((from, name) => ['get', from, name], value) : null;
      }
    }
  }

  /** A parameter is what callers pass, or what its declared type makes. */
  function parameterValue(bound: Variable, fn: Node, depth: number): Value | null {
    const number = functions.get(fn);
    if (number === undefined || !isFunction(fn)) return null;
    const position = fn.params.findIndex((param) => nameOf(param) === bound.identifiers[0]);
    const id = bound.identifiers[0];
    const typed = id?.type === 'Identifier' ? typeValue(id, depth) : null;
    if (position >= 0) return typed ? ['param', number, position, typed] : ['param', number, position];
    // `({ repo }) => …`
    const index = fn.params.findIndex((param) => nameOf(param)?.type === 'ObjectPattern');
    const path = index < 0 ? undefined : patternKey(nameOf(fn.params[index]!), id);
    return path === undefined ? null : ['get', ['param', number, index], path];
  }

  function typeValue(id: TSESTree.Identifier, depth: number): Value | null {
    const type = id.typeAnnotation?.typeAnnotation;
    if (type?.type !== 'TSTypeReference') return null;
    return instanceOf(type.typeName, depth);
  }

  function instanceOf(name: TSESTree.EntityName, depth: number): Value | null {
    const head = name.type === 'TSQualifiedName' ? name.left : name;
    const from = head.type === 'Identifier' && bindings.variable(head) ? describe(head, depth) : null;
    if (!from) return null;
    const type: Value = name.type === 'TSQualifiedName' ? ['get', from, name.right.name] : from;
    return ['get', type, '()'];
  }

  function thisValue(node: Node, depth: number): Value | null {
    const owner = enclosingClass(node);
    if (owner) return numbered('this', classes.get(owner));
    let fn: FunctionNode | undefined = enclosingFunction(node);
    while (fn?.type === 'ArrowFunctionExpression') fn = enclosingFunction(fn);
    if (!fn) return null;
    // A function that is used as a class: `Store.prototype.load = function () { this.x() }`.
    const own = classes.get(prototypeOwner(fn, bindings) ?? fn);
    if (own !== undefined) return ['this', own];
    return fn.parent.type === 'Property' ? describe(fn.parent.parent, depth) : null;
  }

  return (node) => describe(node);
}

/** Tables that are made of tables would be written out again and again. */
function isHeavy(value: Value): boolean {
  let left = 600;
  const pending: Value[] = [value];
  for (let next = pending.pop(); next && left > 0; next = pending.pop()) {
    left--;
    if (next[0] === 'object') pending.push(...Object.values(next[1]));
    else if (next[0] === 'any') pending.push(...next[1]);
    else if (next[0] === 'get') pending.push(next[1]);
    else if (next[0] === 'made') pending.push(next[1], ...next[2]);
  }
  return left <= 0;
}

/** True when a value may be a function or hold some, so that it is worth keeping as an argument. */
export function leadsToFunction(value: Value): boolean {
  switch (value[0]) {
    case 'fn':
    case 'param':
    case 'get':
    case 'made':
    case 'module':
      return true;
    case 'object':
      return Object.values(value[1]).some(leadsToFunction);
    case 'any':
      return value[1].some(leadsToFunction);
    default:
      return false;
  }
}

/** The function whose prototype is given this method. */
export function prototypeOwner(fn: FunctionNode, bindings: Bindings): Node | undefined {
  const assignment = fn.parent.type === 'Property' ? fn.parent.parent.parent : fn.parent;
  if (assignment.type !== 'AssignmentExpression') return undefined;
  let left = unwrap(assignment.left);
  if (left.type === 'MemberExpression' && fn.parent === assignment) left = unwrap(left.object);
  if (left.type !== 'MemberExpression' || propertyName(left) !== 'prototype') return undefined;
  if (left.object.type !== 'Identifier') return undefined;
  const bound = bindings.variable(left.object);
  const declared = bound?.defs.length === 1 ? (bound.defs[0]?.node as Node) : undefined;
  if (isFunction(declared) || !bound) return declared;
  const only = bindings.onlyValue(bound);
  return only && isFunction(only.value) ? only.value : undefined;
}

function nameOf(param: Node): Node | undefined {
  if (param.type === 'AssignmentPattern') return param.left;
  return param.type === 'TSParameterProperty' ? nameOf(param.parameter) : param;
}

function patternKey(pattern: Node | undefined, id: Node | undefined): string | undefined {
  if (pattern?.type !== 'ObjectPattern') return undefined;
  for (const property of pattern.properties) {
    if (property.type === 'Property' && nameOf(property.value) === id) return propertyName(property);
  }
  return undefined;
}

function importValue(node: Node, declaration: TSESTree.ImportDeclaration | undefined): Value | null {
  if (node.type === 'TSImportEqualsDeclaration') {
    return node.moduleReference.type === 'TSExternalModuleReference'
      ? moduleValue(staticString(node.moduleReference.expression))
      : null;
  }
  const module = staticString(declaration?.source);
  if (module === undefined) return null;
  if (node.type === 'ImportDefaultSpecifier') return ['module', module, 'default'];
  if (node.type !== 'ImportSpecifier') return ['module', module];
  return ['module', module, node.imported.type === 'Identifier' ? node.imported.name : node.imported.value];
}

/** Only those globals that have something to do with callbacks or promises. */
const globalValue = (name: string): Value | null =>
  /^(?:Promise|process|globalThis|fetch|Deno|Bun)$/.test(name) ? ['module', '(global)', name] : null;

const moduleValue = (name: string | undefined): Value | null =>
  name === undefined || name === '' ? null : ['module', name];

const numbered = (kind: 'fn' | 'class' | 'this', number: number | undefined): Value | null =>
  number === undefined ? null : [kind, number];

function either(values: readonly (Value | null)[]): Value | null {
  const known = values.filter((value) => value !== null);
  return known.length < 2 ? (known[0] ?? null) : ['any', known];
}
