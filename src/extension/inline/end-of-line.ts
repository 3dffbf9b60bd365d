import * as vscode from 'vscode';
import type { Placer } from '../findings/placed.ts';
import { settings } from '../settings.ts';
import { lineTexts } from './lines.ts';
import type { InlinePresence } from './presence.ts';
import type { Refresh } from './refresh.ts';

/** The calm form of the lens: text after the line, so that code does not move. */
export function showEndOfLine(placer: Placer, presence: InlinePresence, refresh: Refresh): vscode.Disposable {
  const fresh = textAfter('looplens.inlineForeground');
  const stale = textAfter('looplens.staleForeground');

  const update = (): void => {
    for (const editor of vscode.window.visibleTextEditors) {
      const shown = presence.shown && settings(editor.document.uri).inlineEndOfLine;
      const texts = shown ? lineTexts(placer.in(editor.document)) : [];
      const options = (isStale: boolean): vscode.DecorationOptions[] =>
        texts
          .filter((text) => text.stale === isStale)
          .map(({ line, text }) => ({
            range: editor.document.lineAt(line).range,
            renderOptions: { after: { contentText: text } },
          }));
      editor.setDecorations(fresh, options(false));
      editor.setDecorations(stale, options(true));
    }
  };
  update();
  return vscode.Disposable.from(fresh, stale, refresh.onDidAsk(update));
}

function textAfter(color: string): vscode.TextEditorDecorationType {
  return vscode.window.createTextEditorDecorationType({
    after: { color: new vscode.ThemeColor(color), margin: '0 0 0 3em', fontStyle: 'italic' },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedOpen,
  });
}
