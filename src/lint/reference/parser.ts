import * as parser from '@typescript-eslint/parser';
import type { Tree } from '../source/parse.ts';

/**
 * A tree by typescript-eslint's parser: what our own is measured by, and asked for code that ours does not take. Four
 * megabytes, so in the built worker this is a file of its own, which is loaded with the first call.
 * @throws whatever the parser throws on a syntax error
 */
export function parseByReference(text: string, options: object): Tree {
  const { ast, scopeManager, visitorKeys } = parser.parseForESLint(text, {
    ...options,
    range: true,
    loc: true,
    tokens: true,
    comment: true,
  });
  return { ast, scopeManager, visitorKeys };
}
