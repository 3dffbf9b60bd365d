import type { DocumentFilter } from 'vscode';

/** Languages whose programs run on Node. Must agree with `activationEvents` in package.json. */
export const LANGUAGES = ['javascript', 'javascriptreact', 'typescript', 'typescriptreact'] as const;

/** Documents that findings can stand in. */
export const CODE: readonly DocumentFilter[] = LANGUAGES.map((language) => ({ language }));
