import type { FileIndex } from './project/file-index.ts';
import { indexFile } from './project/index-file.ts';
import { analyze } from './source/analysis.ts';
import type { Tree } from './source/parse.ts';

/** Of a text that says nothing: nobody in it calls anything. */
const EMPTY: FileIndex = { functions: [], classes: [], exports: {}, stars: [], calls: [], entries: [] };

/**
 * The index of a text by its tree. Without a tree, or where the tree is too much for us, it has no functions.
 * @param file absolute, for frameworks that go by the names of files
 */
export function indexTree(tree: Tree | undefined, text: string, file: string): FileIndex {
  if (!tree) return EMPTY;
  try {
    return indexFile(analyze({ ...tree, text }, file));
  } catch {
    // Sources nested so deep that the stack ends.
    return EMPTY;
  }
}
