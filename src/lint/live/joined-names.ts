import { Variable, type Reference, type Scope, type ScopeManager } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/utils';
import type { Node } from '../source/ast.ts';
import { noteScope, type NameTable } from '../source/bindings.ts';
import { scopesOf } from '../source/fast-parse.ts';
import type { Piece } from './pieces.ts';

/**
 * The scopes of a module put together from those of its statements: inside of a statement, names mean what they mean
 * wherever it stands; only names of the module itself have to be joined anew where a statement changes.
 *
 * ```
 *   const limit = 3;             own: limit
 *   function f() {               own: f
 *     return limit + other;      through: limit, other       -> limit is joined, other stays unknown
 *   }
 * ```
 */
export interface JoinedNames {
  table: NameTable;
  scopes: ScopeManager;
  /**
   * Takes pieces out and puts others in.
   * @returns false where joining cannot tell the order of uses: all of this is of no use then
   */
  replace(at: number, gone: readonly Piece[], come: readonly Piece[]): boolean;
}

/** What one piece knows of names. */
interface PieceNames {
  own: ReadonlyMap<string, Variable>;
  through: ReadonlyMap<string, readonly Reference[]>;
  /** Names that something in it binds. */
  bound: ReadonlySet<string>;
  inner: readonly Scope[];
}

/** @param ast the program, an ECMAScript module */
export function joinNames(ast: TSESTree.Program): JoinedNames {
  const { body } = ast;
  ast.body = [];
  const scopes = scopesOf(ast, 'module');
  ast.body = body;
  const [global, module] = scopes.scopes as [Scope, Scope];
  const parts: PieceNames[] = [];
  const meant = new Map<Node, Variable | null>();
  const bound = new Map<string, number>();

  return {
    scopes,
    table: { variable: (node) => meant.get(node) ?? undefined, isBound: (name) => bound.has(name) },
    replace(at, gone, come) {
      const made = come.map((piece) => namesOf(piece.statement, ast));
      const changed = new Set<string>();
      const removed = parts.splice(at, gone.length, ...made);
      for (const part of [...removed, ...made]) {
        for (const name of part.own.keys()) changed.add(name);
        for (const name of part.through.keys()) changed.add(name);
      }
      for (const { nodes } of gone) for (const node of nodes) meant.delete(node);
      for (const part of removed) for (const name of part.bound) count(name, -1);
      for (const part of made) {
        for (const name of part.bound) count(name, 1);
        adopt(part);
      }
      for (const name of changed) if (!join(name)) return false;
      const inner = parts.flatMap((part) => part.inner);
      // The package lets nobody else write to these.
      Object.assign(scopes, { scopes: [global, module, ...inner] });
      Object.assign(module, {
        childScopes: inner.filter(({ upper }) => upper === module),
        variables: [...module.set.values()],
      });
      return true;
    },
  };

  function count(name: string, by: 1 | -1): void {
    const left = (bound.get(name) ?? 0) + by;
    if (left > 0) bound.set(name, left);
    else bound.delete(name);
  }

  /** Hangs the scopes of a piece under the module. */
  function adopt({ inner }: PieceNames): void {
    for (const scope of inner) {
      if (scope.upper?.type === module.type) Object.assign(scope, { upper: module });
      if (scope.variableScope.type === module.type) Object.assign(scope, { variableScope: module });
      const known = scopes.nodeToScope.get(scope.block);
      if (known) known.push(scope);
      else scopes.nodeToScope.set(scope.block, [scope]);
      noteScope(scope, meant);
    }
  }

  /** What a name of the module means, in all pieces. */
  function join(name: string): boolean {
    const owners = parts.flatMap((part) => part.own.get(name) ?? []);
    if (owners.length === 0) {
      module.set.delete(name);
      for (const part of parts) {
        for (const reference of part.through.get(name) ?? []) settle(reference, null);
      }
      return true;
    }
    const joined = new Variable(name, module);
    for (const { defs, identifiers } of owners) {
      joined.defs.push(...defs);
      joined.identifiers.push(...identifiers);
    }
    module.set.set(name, joined);
    for (const part of parts) {
      const own = part.own.get(name);
      const through = part.through.get(name) ?? [];
      // A type that is used as a value, and the other way round.
      if (own && through.length > 0) return false;
      for (const reference of own?.references ?? []) settle(reference, joined);
      for (const reference of through) settle(reference, isFor(reference, joined) ? joined : null);
    }
    for (const identifier of joined.identifiers) {
      // The name of a class means the class's own name where it stands.
      const known = meant.get(identifier);
      if (!known || known.scope === module) meant.set(identifier, joined);
    }
    return true;
  }

  function settle(reference: Reference, variable: Variable | null): void {
    reference.resolved = variable;
    variable?.references.push(reference);
    meant.set(reference.identifier, variable);
  }
}

const isFor = (reference: Reference, variable: Variable): boolean =>
  (reference.isTypeReference && variable.isTypeVariable) ||
  (reference.isValueReference && variable.isValueVariable);

function namesOf(statement: Node | undefined, ast: TSESTree.Program): PieceNames {
  if (!statement) return { own: new Map(), through: new Map(), bound: new Set(), inner: [] };
  const manager = scopesOf({ ...ast, body: [statement] } as TSESTree.Program, 'module');
  const [, module, ...inner] = manager.scopes as [Scope, Scope, ...Scope[]];
  const through = new Map<string, Reference[]>();
  for (const reference of module.through) {
    const { name } = reference.identifier;
    const known = through.get(name);
    if (known) known.push(reference);
    else through.set(name, [reference]);
  }
  const bound = new Set<string>();
  for (const { variables } of manager.scopes)
    for (const { name, defs } of variables) if (defs.length > 0) bound.add(name);
  return { own: module.set, through, bound, inner };
}
