import * as vscode from 'vscode';
import type { Placer } from '../findings/placed.ts';
import { refOf } from '../links.ts';
import { settings } from '../settings.ts';
import { CODE } from './languages.ts';
import { lineTexts } from './lines.ts';
import type { InlinePresence } from './presence.ts';
import type { Refresh } from './refresh.ts';

/** One lens above each measured line; a click shows the finding in the tree. */
export function showLenses(placer: Placer, presence: InlinePresence, refresh: Refresh): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses(document) {
      if (!presence.shown || !settings(document.uri).inlineLens) return [];
      return lineTexts(placer.in(document)).map(
        ({ placed, stale, text }) =>
          new vscode.CodeLens(placed.range, {
            title: `$(${stale ? 'history' : 'watch'})\u00a0${text}`,
            tooltip: placed.finding.message,
            command: 'looplens.showInTree',
            arguments: [refOf(placed.finding)],
          }),
      );
    },
  };
  return vscode.Disposable.from(
    changed,
    vscode.languages.registerCodeLensProvider(CODE, provider),
    refresh.onDidAsk(() => changed.fire()),
  );
}
