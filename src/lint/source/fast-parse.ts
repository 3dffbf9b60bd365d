import { parse, type ParserOptions } from '@babel/parser';
import { analyze as analyzeScopes, type ScopeManager } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/utils';
import { visitorKeys } from '@typescript-eslint/visitor-keys';
import type { Node } from './ast.ts';
import type { Tree } from './parse.ts';

/**
 * Parses with Babel, whose trees in ESTree's form are those of typescript-eslint, in less time. A test holds
 * both to the same findings.
 * @param kind of the scopes: the file itself is a function in CommonJS
 * @throws a SyntaxError, also for code that typescript-eslint takes: ask that one then
 */
export function fastParse(text: string, file: string, kind: 'module' | 'commonjs'): Tree {
  const part = parsePart(text, file, { strict: false });
  const { ast } = part;
  return { ...part, visitorKeys, scopeManager: scopesOf(ast, kind) };
}

/** The scopes of a program. The names of the language's library bind nothing that rules ask for. */
export function scopesOf(ast: TSESTree.Program, kind: 'module' | 'commonjs'): ScopeManager {
  return analyzeScopes(ast, { sourceType: kind === 'module' ? 'module' : 'script', lib: [] });
}

/** What stands before a part of a file. */
export interface Before {
  /** What is before it said `'use strict'`. */
  strict: boolean;
  /** Where it begins; the beginning of the file where left out. */
  at?: { offset: number; line: number; column: number };
}

/**
 * The tree of some statements of a file, or of all.
 * @throws a SyntaxError
 */
export function parsePart(
  text: string,
  file: string,
  before: Before,
): { ast: TSESTree.Program; nodes: Node[] } {
  const typed = /\.[cm]?tsx?$/i.test(file);
  const { program, comments, errors } = parse(text, optionsOf(file, typed, before));
  const grave = errors.find(({ reasonCode }) => !TOLERATED.has(reasonCode));
  if (grave) throw new SyntaxError(grave.reasonCode);
  const ast = program as unknown as TSESTree.Program;
  ast.comments = (comments ?? []).map((comment) => ({
    type: comment.type === 'CommentBlock' ? 'Block' : 'Line',
    value: comment.value,
    range: [comment.start, comment.end],
    loc: comment.loc,
  })) as unknown as TSESTree.Comment[];
  ast.tokens = [];
  return { ast, nodes: finish(ast, typed) };
}

function optionsOf(file: string, typed: boolean, { strict, at }: Before): ParserOptions {
  const jsx = !typed || /x$/i.test(file);
  return {
    sourceType: 'module',
    strictMode: strict,
    ...(at ? { startIndex: at.offset, startLine: at.line, startColumn: at.column } : {}),
    errorRecovery: true,
    ranges: true,
    attachComment: false,
    allowReturnOutsideFunction: true,
    allowUndeclaredExports: true,
    plugins: [
      'estree',
      'decorators-legacy',
      'decoratorAutoAccessors',
      ...(typed ? (['typescript'] as const) : []),
      ...(jsx ? (['jsx'] as const) : []),
    ],
  };
}

/** Errors about names, which typescript-eslint leaves to the type checker. */
const TOLERATED: ReadonlySet<string> = new Set(['VarRedeclaration', 'DuplicateExport', 'ParamDupe']);

/** Links parents, mends what differs from typescript-eslint's tree, and lists the nodes in source order. */
function finish(ast: TSESTree.Program, typed: boolean): Node[] {
  const nodes: Node[] = [];
  const pending: Node[] = [ast];
  for (let node = pending.pop(); node; node = pending.pop()) {
    nodes.push(node);
    if (node.type === 'TemplateElement') widen(node);
    else if (!typed) fillIn(node);
    const keys = visitorKeys[node.type] ?? [];
    // The last first: it is taken out last.
    for (let at = keys.length - 1; at >= 0; at--) {
      const value = (node as unknown as Record<string, Node | null | undefined | (Node | null)[]>)[keys[at]!];
      if (Array.isArray(value)) {
        for (let item = value.length - 1; item >= 0; item--) visit(value[item], node);
      } else visit(value, node);
    }
  }
  return nodes;

  function visit(child: Node | null | undefined, parent: Node): void {
    if (!child) return;
    child.parent = parent;
    pending.push(child);
  }
}

/** typescript-eslint counts the marks around the text in. */
function widen(node: TSESTree.TemplateElement): void {
  const after = node.tail ? 1 : 2;
  node.range = [node.range[0] - 1, node.range[1] + after];
  node.loc.start.column -= 1;
  node.loc.end.column += after;
}

/** Lists that Babel makes for TypeScript only. */
function fillIn(node: Node): void {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      for (const parameter of node.params) addList(parameter, 'decorators');
      break;
    case 'ClassDeclaration':
    case 'ClassExpression':
      addList(node, 'decorators');
      addList(node, 'implements');
      break;
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'AccessorProperty':
      addList(node, 'decorators');
      break;
    default:
  }
}

const addList = <Key extends string>(node: { [key in Key]?: unknown[] }, key: Key): void => {
  node[key] ??= [];
};
