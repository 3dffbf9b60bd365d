/** What has to be undone when recording ends. */
export interface UndoList {
  push: (undo: () => void) => void;
  /** Undoes everything, the last first. One undo that fails stops no other. */
  undoAll: () => void;
}

export function createUndoList(): UndoList {
  const list: (() => void)[] = [];
  return {
    push: (undo) => {
      list.push(undo);
    },
    undoAll: () => {
      for (const undo of list.splice(0).reverse()) {
        try {
          undo();
        } catch {
          // An emitter of the program refuses to let go of a listener: the hooks, which are undone last, must go all the same.
        }
      }
    },
  };
}
