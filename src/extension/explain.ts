import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../base/user-error.ts';
import { asset } from '../session/assets.ts';

/** Where the build puts the pages: of what is measured, and of what the source tells. */
const FOLDERS = ['pages/analysis', 'pages/lint'];

/** Opens the page of a rule as a preview; without a rule lets the user pick one. */
export async function explain(rule?: string): Promise<void> {
  const pages = allPages();
  const wanted =
    rule?.replace(/^looplens\//, '') ??
    (await vscode.window.showQuickPick([...pages.keys()].sort(), {
      title: 'Explain',
      placeHolder: 'Which finding or rule?',
    }));
  if (wanted === undefined) return;
  const page = pages.get(wanted);
  if (page === undefined) {
    throw new UserError(
      'usage',
      `There is no page about "${wanted}".`,
      'Run LoopLens: Explain to see all pages.',
    );
  }
  await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.file(page));
}

/** Rule -> absolute path of its page. */
function allPages(): Map<string, string> {
  const pages = new Map<string, string>();
  for (const relative of FOLDERS) {
    const folder = asset(relative);
    for (const name of fs.readdirSync(folder)) pages.set(path.basename(name, '.md'), path.join(folder, name));
  }
  return pages;
}
