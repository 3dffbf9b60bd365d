import * as vscode from 'vscode';
import type { Placer } from '../findings/placed.ts';
import { hoverText } from './hover-text.ts';
import { CODE } from './languages.ts';
import type { InlinePresence } from './presence.ts';

/** Commands that a hover may run: nothing else that a message might contain. */
const LINKS = [
  'looplens.explain',
  'looplens.showInTree',
  'looplens.dismiss',
  'looplens.ignore',
  'looplens.openLocation',
];

/** Tells everything known about the line under the pointer. */
export function showHovers(placer: Placer, presence: InlinePresence): vscode.Disposable {
  return vscode.languages.registerHoverProvider(CODE, {
    provideHover(document, position) {
      if (!presence.shown) return undefined;
      const here = placer.in(document).filter(({ range }) => range.start.line === position.line);
      if (here.length === 0) return undefined;
      const recorded = here.some(({ origin }) => origin === 'recording');
      const texts = here.map((placed) => {
        const repeats = recorded && placed.origin === 'source';
        const text = new vscode.MarkdownString(
          hoverText({ ...placed, repeats }, (file) => vscode.workspace.asRelativePath(file)),
          true,
        );
        text.isTrusted = { enabledCommands: LINKS };
        return text;
      });
      return new vscode.Hover(texts, document.lineAt(position.line).range);
    },
  });
}
