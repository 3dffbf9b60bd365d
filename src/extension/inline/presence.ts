import * as vscode from 'vscode';
import { Emitter } from '../../base/emitter.ts';

const KEY = 'inline';

/** Whether anything is shown inside editors: the one toggle for diagnostics, lenses, hovers and text. Kept per workspace. */
export class InlinePresence {
  readonly #memory: vscode.Memento;
  readonly #changed = new Emitter<undefined>();
  readonly onDidChange = this.#changed.event;

  constructor(memory: vscode.Memento) {
    this.#memory = memory;
  }

  get shown(): boolean {
    return this.#memory.get(KEY, true);
  }

  async toggle(): Promise<void> {
    await this.#memory.update(KEY, !this.shown);
    vscode.window.setStatusBarMessage(
      this.shown ? 'LoopLens: results are shown at the lines' : 'LoopLens: results at the lines are hidden',
      3000,
    );
    this.#changed.fire(undefined);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
