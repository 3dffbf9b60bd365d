import type { FileIndex } from './project/file-index.ts';
import { indexFile } from './project/index-file.ts';
import { analyze } from './source/analysis.ts';
import { parseSource } from './source/parse.ts';

/**
 * The index of a text. A text that cannot be parsed has no functions, never an error.
 * @param file absolute, for frameworks that go by the names of files
 */
export function indexText(text: string, file: string): FileIndex {
  try {
    return indexFile(analyze(parseSource(text, file), file));
  } catch {
    // Syntax errors, and sources so deep that the parser runs out of stack.
    return { functions: [], classes: [], exports: {}, stars: [], calls: [], entries: [] };
  }
}
