import * as vscode from 'vscode';
import { startLintClient, type LintClient } from '../session/lint-client.ts';
import { CODE } from './inline/languages.ts';
import type { FindingsStore } from './findings/store.ts';
import { onSettings, settings } from './settings.ts';

/** A file is linted after this pause in typing, ms. */
const PAUSE = 400;

/**
 * Keeps the static hints of open files up to date: linted in a worker that starts with the first file, when one is
 * opened and after each pause in typing. Answers that come after a newer edit are dropped.
 */
export class Hints {
  readonly #store: FindingsStore;
  readonly #log: vscode.LogOutputChannel;
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  readonly #subscription: vscode.Disposable;
  #client: LintClient | undefined;

  constructor(store: FindingsStore, log: vscode.LogOutputChannel) {
    this.#store = store;
    this.#log = log;
    this.#subscription = vscode.Disposable.from(
      vscode.workspace.onDidOpenTextDocument((document) => this.#soon(document, 0)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#soon(document, PAUSE)),
      vscode.workspace.onDidCloseTextDocument((document) => this.#forget(document)),
      onSettings(() => this.#all()),
    );
    this.#all();
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#client?.dispose();
  }

  #all(): void {
    for (const document of vscode.workspace.textDocuments) this.#soon(document, 0);
  }

  #soon(document: vscode.TextDocument, pause: number): void {
    if (!isLinted(document)) return;
    const key = document.uri.fsPath;
    clearTimeout(this.#waiting.get(key));
    this.#waiting.set(
      key,
      setTimeout(() => {
        this.#waiting.delete(key);
        void this.#lint(document);
      }, pause),
    );
  }

  #forget(document: vscode.TextDocument): void {
    clearTimeout(this.#waiting.get(document.uri.fsPath));
    this.#waiting.delete(document.uri.fsPath);
    this.#store.setHints(document.uri, []);
  }

  async #lint(document: vscode.TextDocument): Promise<void> {
    const { lintEnabled, lintPreset } = settings(document.uri);
    if (!lintEnabled) {
      this.#store.setHints(document.uri, []);
      return;
    }
    const { version } = document;
    try {
      this.#client ??= startLintClient();
      const { value, problems } = await this.#client.lint(
        document.uri.fsPath,
        document.getText(),
        lintPreset,
      );
      for (const problem of problems) this.#log.debug(`${document.uri.fsPath}: ${problem.message}`);
      if (document.version === version && !document.isClosed) this.#store.setHints(document.uri, value);
    } catch (error) {
      // Hints are an extra: their failure belongs into the log, not into the user's way.
      this.#log.warn(`Hints of ${document.uri.fsPath} failed: ${String(error)}`);
    }
  }
}

function isLinted(document: vscode.TextDocument): boolean {
  return (
    document.uri.scheme === 'file' &&
    vscode.languages.match(CODE, document) > 0 &&
    !document.uri.path.includes('/node_modules/') &&
    !document.uri.path.endsWith('.d.ts')
  );
}
