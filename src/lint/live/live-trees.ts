import type { Tree } from '../source/parse.ts';
import { createLiveTree, type LiveTree } from './live-tree.ts';

/** The trees of the files that are being edited. */
export interface LiveTrees {
  /** The tree of the next text of a file; undefined where the whole has to be parsed. */
  follow(file: string, text: string): Tree | undefined;
  /** Keeps a tree for the next text. What cannot be parsed leaves the tree of the text before. */
  keep(file: string, text: string, tree: Tree): void;
}

/** @param count of files, the last ones that were asked about */
export function createLiveTrees(count: number): LiveTrees {
  const files = new Map<string, { text: string; tree: Tree; live?: LiveTree | undefined }>();
  return {
    follow(file, text) {
      const known = files.get(file);
      if (!known) return undefined;
      if (known.text === text) return known.tree;
      try {
        known.live ??= createLiveTree(known.tree, known.text, file);
        const tree = known.live?.follow(text);
        if (tree) {
          known.text = text;
          known.tree = tree;
        }
        return tree;
      } catch {
        // Nested so deep that the stack ends.
        files.delete(file);
        return undefined;
      }
    },
    keep(file, text, tree) {
      const known = files.get(file);
      files.delete(file);
      files.set(file, known?.tree === tree ? known : { text, tree });
      for (const oldest of [...files.keys()].slice(0, -count)) files.delete(oldest);
    },
  };
}
