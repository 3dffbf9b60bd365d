import type { FileIndex } from './project/file-index.ts';
import { indexFile } from './project/index-file.ts';
import { analyze, type Reading } from './source/analysis.ts';

/** Of a text that says nothing: nobody in it calls anything. */
const EMPTY: FileIndex = {
  functions: [],
  classes: [],
  exports: {},
  stars: [],
  loads: [],
  calls: [],
  entries: [],
};

/**
 * The index of a file. Where it cannot be read, or is too much for us, it has no functions.
 * @param read the file by its absolute name, for frameworks that go by the names of files
 */
export function indexRead(read: (() => Reading) | undefined): FileIndex {
  if (!read) return EMPTY;
  try {
    return indexFile(analyze(read()));
  } catch {
    // Sources nested so deep that the stack ends.
    return EMPTY;
  }
}
