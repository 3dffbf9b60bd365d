import * as vscode from 'vscode';
import { CODE } from '../inline/languages.ts';
import { settings } from '../settings.ts';
import type { TasksStore } from './store.ts';
import { lensText, suspendedIn } from './words.ts';

/** A lens at each `await` where tasks were suspended at the last look; a click shows the view. */
export function showTaskLenses(store: TasksStore): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses(document) {
      const { shown } = store;
      // Lines of the running program: text that was edited since the program began may have moved them.
      if (!shown || document.isDirty || !settings(document.uri).inlineLens) return [];
      return suspendedIn(shown.dump, document.uri.fsPath, (task) => store.seenMs(task))
        .filter(({ line }) => line <= document.lineCount)
        .map(
          (at) =>
            new vscode.CodeLens(new vscode.Range(at.line - 1, 0, at.line - 1, 0), {
              title: `$(debug-pause)\u00a0${lensText(at)}`,
              command: 'looplens.whyStuck',
              arguments: [{ file: document.uri.fsPath, line: at.line, column: 1 }],
            }),
        );
    },
  };
  return vscode.Disposable.from(
    changed,
    vscode.languages.registerCodeLensProvider(CODE, provider),
    store.onDidChange(() => changed.fire()),
  );
}
