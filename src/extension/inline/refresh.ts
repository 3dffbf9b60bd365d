import * as vscode from 'vscode';
import { Emitter } from '../../base/emitter.ts';
import type { FindingsStore } from '../findings/store.ts';
import { onSettings } from '../settings.ts';
import type { InlinePresence } from './presence.ts';

/** Typing asks only after this pause, ms. */
const PAUSE = 150;

/** Asks everything inline to draw itself again: at once when findings or settings changed, after a pause while typing. */
export class Refresh {
  readonly #ask = new Emitter<undefined>();
  readonly #subscriptions: vscode.Disposable;
  #timer: NodeJS.Timeout | undefined;
  readonly onDidAsk = this.#ask.event;

  constructor(store: FindingsStore, presence: InlinePresence) {
    const now = (): void => this.#ask.fire(undefined);
    const soon = (): void => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(now, PAUSE);
    };
    this.#subscriptions = vscode.Disposable.from(
      store.onDidChange(now),
      presence.onDidChange(now),
      onSettings(now),
      vscode.window.onDidChangeVisibleTextEditors(soon),
      vscode.workspace.onDidChangeTextDocument(soon),
      vscode.workspace.onDidCloseTextDocument(soon),
    );
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscriptions.dispose();
    this.#ask.dispose();
  }
}
