import { EMPTY_INDEX } from './project/file-index.ts';
import type { FileIndex } from './project/file-index.ts';
import { indexFile } from './project/index-file.ts';
import { analyze, type Reading } from './source/analysis.ts';

/**
 * The index of a file. Where it cannot be read, or is too much for us, it has no functions.
 * @param read the file by its absolute name, for frameworks that go by the names of files
 */
export function indexRead(read: (() => Reading) | undefined): FileIndex {
  if (!read) return EMPTY_INDEX;
  try {
    return indexFile(analyze(read()));
  } catch {
    // Sources nested so deep that the stack ends.
    return EMPTY_INDEX;
  }
}
