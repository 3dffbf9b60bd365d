import type { Linter as LinterNamespace } from 'eslint';
import { Linter } from 'eslint/universal';
import type { Tree } from '../source/parse.ts';

/**
 * What ESLint says of a text that was parsed already: for rules that follow code paths, and files whose comments set
 * rules. In the built worker this is a file of its own, which is loaded with the first call.
 * @throws what a rule throws
 */
export function verifyByReference(
  text: string,
  filename: string,
  { languageOptions, ...config }: LinterNamespace.Config,
  tree: Tree,
): LinterNamespace.LintMessage[] {
  const parser = {
    meta: { name: 'looplens' },
    parseForESLint: () => ({ ...tree, services: {} }),
  };
  return new Linter({ configType: 'flat' }).verify(
    text,
    [{ ...config, languageOptions: { ...languageOptions, parser } }],
    { filename },
  );
}
