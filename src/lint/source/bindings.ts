import type { Definition, Scope, ScopeManager, Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/utils';
import type { Node } from './ast.ts';
import { contains, lastName, propertyName, staticString, unwrap } from './ast.ts';
import { classProperty, propertyValue } from './classes.ts';

/**
 * Where a value comes from: a module, and the way from its exports. `()` is a call or construction.
 *
 * ```
 *   import { readFileSync } from 'node:fs'   -> fs          ['readFileSync']
 *   const app = express(); app.get           -> express     ['()', 'get']
 *   Atomics.wait                             -> (global)    ['Atomics', 'wait']
 * ```
 */
export interface ApiPath {
  /** Without `node:`; {@link GLOBAL} for globals. */
  module: string;
  path: string[];
}

/** The "module" of global names. */
export const GLOBAL = '(global)';

/** Follows names to the module that they were imported from. */
export interface Bindings {
  /** Undefined where the value does not come from a module or global, or is assigned more than once. */
  resolve(node: Node): ApiPath | undefined;
  /** The variable that an identifier means; undefined for globals. */
  variable(node: TSESTree.Identifier | TSESTree.JSXIdentifier): Variable | undefined;
  /** The one value a variable ever has, and the names to destructure from it; undefined where there are several. */
  onlyValue(variable: Variable): { value: Node; path: string[] } | undefined;
  /** True when the name is bound by the module or any function in it. */
  isBound(name: string): boolean;
}

/** Deepest chain of aliases that is followed. */
const MAX_DEPTH = 16;

/** Wrappers that compilers put around `require`. */
const INTEROP =
  /^(?:__importDefault|__importStar|__toESM|_interopRequireDefault|_interopRequireWildcard|_interopDefault\w*|interopRequireDefault)$/;

/** What the names of a file mean. */
export type NameTable = Pick<Bindings, 'variable' | 'isBound'>;

/** The names of a file whose scopes are known as a whole. */
export function nameTable(scopes: ScopeManager | null): NameTable {
  const meant = new Map<Node, Variable | null>();
  const names = new Set<string>();
  for (const scope of scopes?.scopes ?? []) {
    noteScope(scope, meant);
    for (const { name, defs } of scope.variables) if (defs.length > 0) names.add(name);
  }
  return { variable: (node) => meant.get(node) ?? undefined, isBound: (name) => names.has(name) };
}

/** Notes what the identifiers mean that a scope binds or uses; null for what the file does not bind. */
export function noteScope(scope: Scope, meant: Map<Node, Variable | null>): void {
  for (const bound of scope.variables) {
    if (bound.defs.length === 0) continue;
    for (const identifier of bound.identifiers) meant.set(identifier, bound);
  }
  for (const reference of scope.references) {
    const bound = reference.resolved;
    meant.set(reference.identifier, bound && bound.defs.length > 0 ? bound : null);
  }
}

export function createBindings({ variable, isBound }: NameTable): Bindings {
  const memo = new Map<Node, ApiPath | null>();

  function resolve(node: Node, depth = 0): ApiPath | undefined {
    if (depth > MAX_DEPTH) return undefined;
    const known = memo.get(node);
    if (known !== undefined) return known ?? undefined;
    memo.set(node, null);
    const found = resolvePlain(unwrap(node), depth + 1);
    memo.set(node, found ?? null);
    return found;
  }

  function resolvePlain(node: Node, depth: number): ApiPath | undefined {
    switch (node.type) {
      case 'Identifier': {
        const bound = variable(node);
        return bound ? resolveVariable(bound, depth) : api(GLOBAL, [node.name]);
      }
      case 'MemberExpression':
        return resolveMember(node, depth);
      case 'AwaitExpression':
        return resolve(node.argument, depth);
      case 'ImportExpression':
        return moduleApi(staticString(node.source));
      case 'NewExpression':
        return extend(resolve(node.callee, depth), ['()']);
      case 'CallExpression':
        return resolveCall(node, depth);
      case 'LogicalExpression':
        return resolve(node.right, depth) ?? resolve(node.left, depth);
      case 'AssignmentExpression':
        return resolve(node.right, depth);
      default:
        return undefined;
    }
  }

  function resolveMember(node: TSESTree.MemberExpression, depth: number): ApiPath | undefined {
    const name = propertyName(node);
    if (name === undefined) return undefined;
    if (node.object.type === 'ThisExpression') {
      const value = classProperty(node, name);
      return value && ('typeName' in value ? typeApi(value.typeName, depth) : resolve(value, depth));
    }
    const base = resolve(node.object, depth);
    if (base) return extend(base, [name]);
    const own = node.object.type === 'Identifier' ? variable(node.object) : undefined;
    const object = own && onlyValue(own);
    const value = object && object.path.length === 0 ? propertyValue(object.value, name) : undefined;
    return value && resolve(value, depth);
  }

  function resolveCall(node: TSESTree.CallExpression, depth: number): ApiPath | undefined {
    const name = lastName(node.callee);
    const first = node.arguments[0];
    if (name === 'require' && node.callee.type === 'Identifier') return moduleApi(staticString(first));
    if (name === 'getBuiltinModule') return moduleApi(staticString(first));
    if (name && INTEROP.test(name) && first) return resolve(first, depth);
    return extend(resolve(node.callee, depth), ['()']);
  }

  function resolveVariable(bound: Variable, depth: number): ApiPath | undefined {
    const definition = bound.defs[0];
    if (!definition || bound.defs.length > 1) return undefined;
    if ((definition.type as string) === 'ImportBinding') return importApi(definition);
    if ((definition.type as string) === 'Parameter') return parameterApi(bound, depth);
    const only = onlyValue(bound);
    return only && extend(resolve(only.value, depth), only.path);
  }

  /** `(app: FastifyInstance)`: what the type's module makes. */
  function parameterApi(bound: Variable, depth: number): ApiPath | undefined {
    const id = bound.identifiers[0];
    const type = id?.type === 'Identifier' ? id.typeAnnotation?.typeAnnotation : undefined;
    return type?.type === 'TSTypeReference' ? typeApi(type.typeName, depth) : undefined;
  }

  function typeApi(typeName: TSESTree.EntityName, depth: number): ApiPath | undefined {
    const head = typeName.type === 'TSQualifiedName' ? typeName.left : typeName;
    if (head.type !== 'Identifier') return undefined;
    const from = variable(head) && resolve(head, depth);
    const name = typeName.type === 'TSQualifiedName' ? [typeName.right.name] : [];
    return from && extend(from, [...name, '()']);
  }

  return {
    resolve: (node) => resolve(node),
    variable,
    onlyValue,
    isBound,
  };
}

function onlyValue(bound: Variable): { value: Node; path: string[] } | undefined {
  const writes = bound.references.filter((reference) => reference.isWrite());
  const value = writes[0]?.writeExpr;
  if (writes.length !== 1 || !value) return undefined;
  const parent = value.parent;
  const pattern =
    parent?.type === 'VariableDeclarator' && parent.init === value
      ? parent.id
      : parent?.type === 'AssignmentExpression' && parent.operator === '=' && parent.right === value
        ? parent.left
        : undefined;
  if (!pattern) return undefined;
  const path = patternPath(pattern, writes[0]!.identifier);
  return path && { value, path };
}

/** Names from a pattern's value to one of its identifiers: `['promises', 'readFile']`. */
function patternPath(pattern: Node, identifier: Node): string[] | undefined {
  if (pattern === identifier) return [];
  if (pattern.type === 'AssignmentPattern') return patternPath(pattern.left, identifier);
  if (pattern.type !== 'ObjectPattern') return undefined;
  for (const property of pattern.properties) {
    if (property.type !== 'Property' || !contains(property, identifier)) continue;
    const name = propertyName(property);
    const rest = patternPath(property.value, identifier);
    return name !== undefined && rest ? [name, ...rest] : undefined;
  }
  return undefined;
}

function importApi(definition: Definition): ApiPath | undefined {
  const node = definition.node as Node;
  if (node.type === 'TSImportEqualsDeclaration') {
    return node.moduleReference.type === 'TSExternalModuleReference'
      ? moduleApi(staticString(node.moduleReference.expression))
      : undefined;
  }
  const declaration = definition.parent as TSESTree.ImportDeclaration | undefined;
  const base = moduleApi(staticString(declaration?.source));
  if (node.type !== 'ImportSpecifier') return base;
  const imported = node.imported.type === 'Identifier' ? node.imported.name : node.imported.value;
  return extend(base, [imported]);
}

const moduleApi = (name: string | undefined): ApiPath | undefined =>
  name === undefined ? undefined : api(name.replace(/^node:/, ''), []);

const api = (module: string, path: string[]): ApiPath => ({ module, path });

/** A default export is the module itself as far as tables of APIs are concerned. */
const extend = (base: ApiPath | undefined, names: string[]): ApiPath | undefined =>
  base && api(base.module, [...base.path, ...names.filter((name) => name !== 'default')]);
