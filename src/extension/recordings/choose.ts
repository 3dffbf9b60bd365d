import fs from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../base/user-error.ts';
import type { Recordings } from './recordings.ts';

const FILTERS = { 'LoopLens recordings': ['looplens'] };

interface RecordingItem extends vscode.QuickPickItem {
  /** Absolute; without it: look elsewhere. */
  file?: string;
}

/** Lets the user pick a recent recording or a file from elsewhere; its path, or undefined. `not`: one that is not offered. */
export async function chooseRecording(
  recordings: Recordings,
  title = 'Open Recording',
  not?: string,
): Promise<string | undefined> {
  const recent: RecordingItem[] = (await recordings.list())
    .filter(({ file }) => file !== not)
    .map(({ file, modified, bytes }) => ({
      label: path.basename(file, '.looplens'),
      description: `${modified.toLocaleString()} · ${size(bytes)}`,
      file,
    }));
  const browse: RecordingItem = { label: '$(folder-opened) Browse…' };
  if (recent.length > 0) {
    const chosen = await vscode.window.showQuickPick(
      [...recent, { label: '', kind: vscode.QuickPickItemKind.Separator }, browse],
      { title, placeHolder: 'The last recordings, newest first' },
    );
    if (chosen !== browse) return chosen?.file;
  }
  const [uri] = (await vscode.window.showOpenDialog({ filters: FILTERS, title })) ?? [];
  return uri?.fsPath;
}

/** Copies a recording to a place that the user picks, where it stays. */
export async function saveRecording(file: string | undefined): Promise<void> {
  if (file === undefined) {
    throw new UserError(
      'usage',
      'There is no recording to save.',
      'Record a process or open a recording first.',
    );
  }
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? path.dirname(file);
  const to = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.file(path.join(folder, path.basename(file))),
    filters: FILTERS,
  });
  if (to && to.fsPath !== file) await fs.copyFile(file, to.fsPath);
}

function size(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
