import * as parser from '@typescript-eslint/parser';
import type { ScopeManager } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/utils';
import type { VisitorKeys } from './ast.ts';

/** What the parser makes of a file; ESLint's `SourceCode` has the same members. */
export interface ParsedSource {
  ast: TSESTree.Program;
  scopeManager: ScopeManager | null;
  visitorKeys: VisitorKeys;
  text: string;
}

/** Options of the parser for a file name; the extension decides about JSX and type assertions. */
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

/** Parses a file. @throws whatever the parser throws on a syntax error */
export function parseSource(text: string, file: string): ParsedSource {
  const result = parser.parseForESLint(text, {
    ...parserOptions(file),
    range: true,
    loc: true,
    tokens: false,
    comment: false,
  });
  return {
    ast: result.ast,
    scopeManager: result.scopeManager,
    visitorKeys: result.visitorKeys,
    text,
  };
}

/** A file's tree with all that ESLint wants of it. */
export type Tree = Pick<ParsedSource, 'ast' | 'scopeManager' | 'visitorKeys'>;

/** Parses a file for ESLint, so that one tree serves for everything. @throws whatever the parser throws */
export function parseTree(text: string, file: string): Tree {
  const options = { ...parserOptions(file), range: true, loc: true, tokens: true, comment: true };
  const { ast, scopeManager, visitorKeys } = parser.parseForESLint(text, options);
  return { ast, scopeManager, visitorKeys };
}

export { parser };
