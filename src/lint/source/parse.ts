import type { ScopeManager } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/utils';
import { parseByReference } from '../reference/parser.ts';
import type { Node, VisitorKeys } from './ast.ts';
import type { NameTable } from './bindings.ts';
import { fastParse } from './fast-parse.ts';
import type { NodeGroups } from './node-groups.ts';

/** What the parser makes of a file; ESLint's `SourceCode` has the same members. */
export interface ParsedSource extends Tree {
  text: string;
}

/** A file's tree with its names. */
export interface Tree {
  ast: TSESTree.Program;
  scopeManager: ScopeManager | null;
  visitorKeys: VisitorKeys;
  /** All nodes in source order, where they were listed already and know their parents. */
  nodes?: readonly Node[];
  /** The same nodes in groups, by parts of the file, where they are known already; without the program. */
  groups?: readonly NodeGroups[];
  /** What its names mean, where that is known already. */
  names?: NameTable;
}

/** Options of typescript-eslint's parser for a file name; the extension decides about JSX and type assertions. */
export function parserOptions(file: string) {
  return {
    ecmaVersion: 'latest',
    sourceType: sourceType(file),
    ecmaFeatures: { jsx: true },
    warnOnUnsupportedTypeScriptVersion: false,
    suppressDeprecatedPropertyWarnings: true,
    filePath: virtualName(file),
  } as const;
}

/** `.cjs` and `.cts` have a function around them; everything else is read as a module, which suits scripts too. */
export function sourceType(file: string): 'module' | 'commonjs' {
  return /\.c[jt]s$/i.test(file) ? 'commonjs' : 'module';
}

/** A name of the same kind that does not depend on where the file lies, so that no folder rule of ESLint applies. */
export function virtualName(file: string): string {
  return `source${/\.(?:[cm]?[jt]s|[jt]sx)$/i.exec(file)?.[0].toLowerCase() ?? '.js'}`;
}

/** Parses a file: one tree serves for everything. @throws what typescript-eslint's parser throws */
export function parseTree(text: string, file: string): Tree {
  try {
    return fastParse(text, file, sourceType(file));
  } catch {
    // Old or uncommon code, or none at all: the reference says which.
    return parseByReference(text, parserOptions(file));
  }
}
