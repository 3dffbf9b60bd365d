import { INLINE_NAMES, THEN_NAMES } from '../project/frameworks.ts';
import type { Call, FunctionNode, Node } from './ast.ts';
import { enclosingFunction, isFunction, lastName, propertyName, unwrap } from './ast.ts';
import type { Bindings } from './bindings.ts';
import { enclosingClass, methodOf } from './classes.ts';

/** Functions that a value may be: literals, names, methods; those inside wrapping calls too. */
export function targetsOf(value: Node, bindings: Bindings, depth = 0): FunctionNode[] {
  const node = unwrap(value);
  if (isFunction(node)) return [node];
  if (depth > 6) return [];
  switch (node.type) {
    case 'Identifier': {
      const bound = bindings.variable(node);
      const declared = bound?.defs[0]?.node as Node | undefined;
      if (!bound || bound.defs.length !== 1) return [];
      if (isFunction(declared) && declared.id === bound.identifiers[0]) return [declared];
      if (declared?.type === 'ClassDeclaration') return asList(methodOf(declared, 'constructor'));
      const only = bindings.onlyValue(bound);
      return only?.path.length === 0 ? targetsOf(only.value, bindings, depth + 1) : [];
    }
    case 'MemberExpression': {
      const name = propertyName(node);
      if (name === undefined) return [];
      const object = unwrap(node.object);
      if (object.type === 'ThisExpression')
        return asList(methodOf(enclosingClass(node) ?? literalAround(node), name));
      return asList(methodOf(ownerOf(object, bindings), name));
    }
    case 'CallExpression': {
      // `handler.bind(this)`, `asyncHandler(handler)`, `promisify(fn)`
      if (node.callee.type === 'MemberExpression' && propertyName(node.callee) === 'bind') {
        return targetsOf(node.callee.object, bindings, depth + 1);
      }
      // What `list.map(f)` and `promise.then(f)` give is not `f`, but what `f` gives.
      if (depth > 2 || usesWhatItIsGiven(node)) return [];
      return node.arguments.flatMap((argument) =>
        isFunction(argument) || argument.type === 'Identifier'
          ? targetsOf(argument, bindings, depth + 1)
          : [],
      );
    }
    default:
      return [];
  }
}

/** The class or object literal behind a name: `const store = new Store()`, `const api = { load() {} }`. */
function ownerOf(object: Node, bindings: Bindings): Node | undefined {
  if (object.type !== 'Identifier') return undefined;
  const bound = bindings.variable(object);
  const declared = bound?.defs.length === 1 ? (bound.defs[0]?.node as Node) : undefined;
  if (!bound || declared?.type === 'ClassDeclaration') return declared;
  const only = bindings.onlyValue(bound);
  const value = only?.path.length === 0 ? unwrap(only.value) : undefined;
  if (value?.type === 'NewExpression' && value.callee.type === 'Identifier')
    return ownerOf(value.callee, bindings);
  return value;
}

/** The object literal whose method a node stands in: its `this`. */
function literalAround(node: Node): Node | undefined {
  const fn = enclosingFunction(node);
  return fn?.type === 'FunctionExpression' && fn.parent.type === 'Property' ? fn.parent.parent : undefined;
}

/** True for methods that call the function that they are given, and give something else: `list.map(f)`. */
export function usesWhatItIsGiven({ callee }: Call): boolean {
  const plain = unwrap(callee);
  if (plain.type !== 'MemberExpression') return false;
  const name = lastName(plain) ?? '';
  return (INLINE_NAMES.has(name) && !/^(?:apply|call)$/.test(name)) || THEN_NAMES.has(name);
}

const asList = (fn: FunctionNode | undefined): FunctionNode[] => (fn ? [fn] : []);
