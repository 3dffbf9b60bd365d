import * as vscode from 'vscode';
import { UserError } from '../base/user-error.ts';

/** A place to open; lines and columns count from 1. */
export interface Destination {
  file: string;
  line: number;
  column: number;
}

/** Opens a place in an editor and selects its line's beginning. Throws a UserError where the file is not here. */
export async function goTo({ file, line, column }: Destination): Promise<void> {
  const uri = vscode.Uri.file(file);
  let document: vscode.TextDocument;
  try {
    document = await vscode.workspace.openTextDocument(uri);
  } catch (cause) {
    throw new UserError(
      'usage',
      `${file} cannot be opened here.`,
      'Open the workspace that the recording was made in.',
      { cause },
    );
  }
  const at = document.validatePosition(new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1)));
  const editor = await vscode.window.showTextDocument(document, { preview: true });
  editor.selection = new vscode.Selection(at, at);
  editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** A {@link Destination} from a command's argument; throws when it is none. */
export function readDestination(value: unknown): Destination {
  const { file, line, column } = (value ?? {}) as Partial<Record<keyof Destination, unknown>>;
  if (typeof file !== 'string' || typeof line !== 'number' || typeof column !== 'number') {
    throw new TypeError('looplens.openLocation needs { file, line, column }.');
  }
  return { file, line, column };
}
