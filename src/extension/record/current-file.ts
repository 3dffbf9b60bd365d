import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../base/user-error.ts';
import type { TargetSpec } from '../../session/contract.ts';

/** What Node runs without a build. */
const RUNNABLE = /\.(?:[cm]?js|[cm]?ts)$/;

/** The file in the active editor, when Node can run it. */
export function runnableFile(): vscode.Uri | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document?.uri.scheme === 'file' && RUNNABLE.test(document.uri.path) ? document.uri : undefined;
}

/** {@link runnableFile}, or a UserError that says what is needed. */
export function requireRunnableFile(): vscode.Uri {
  const file = runnableFile();
  if (file) return file;
  throw new UserError(
    'usage',
    'The active editor holds no file that Node can run.',
    'Open a JavaScript or TypeScript file and try again.',
  );
}

/** Runs a file with the `node` of the user's PATH, in its workspace folder. */
export function runSpec(file: vscode.Uri): TargetSpec {
  const folder = vscode.workspace.getWorkspaceFolder(file)?.uri.fsPath ?? path.dirname(file.fsPath);
  return { kind: 'command', command: 'node', args: [file.fsPath], cwd: folder };
}
