import * as vscode from 'vscode';
import type { Finding } from '../../model/finding.ts';
import { lineEdit, LineShift, placeOf } from './place.ts';
import type { FindingsStore, Told } from './store.ts';

/** A finding in the text of a document as it is now. */
export interface PlacedFinding extends Told {
  range: vscode.Range;
  /** Measured before its line was edited. */
  stale: boolean;
}

/** Puts findings on their lines and keeps them there while documents are edited. */
export class Placer {
  readonly #store: FindingsStore;
  readonly #shifts = new Map<string, LineShift>();
  readonly #subscriptions: vscode.Disposable;

  constructor(store: FindingsStore) {
    this.#store = store;
    let recording = store.measured;
    this.#subscriptions = vscode.Disposable.from(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        const shift = this.#shiftOf(document.uri);
        // VS Code lists changes bottom up, so none moves the next.
        for (const { range, text } of contentChanges) shift.add(lineEdit(range.start, range.end, text));
      }),
      vscode.workspace.onDidCloseTextDocument((document) => this.#shifts.delete(document.uri.toString())),
      store.onDidChange(() => {
        if (store.measured !== recording) this.#shifts.clear();
        recording = store.measured;
      }),
    );
  }

  /** The findings of a document, worst first. */
  in(document: vscode.TextDocument): PlacedFinding[] {
    const shift = this.#shiftOf(document.uri);
    const lines = {
      count: document.lineCount,
      text: (line: number) => document.lineAt(line - 1).text,
    };
    return this.#store.inFile(document.uri).map(({ finding, origin }) => {
      // A hint was made from the text as it is; only what was recorded can be older than it.
      const recorded = origin === 'recording';
      const place = placeOf(finding, lines, (line) => (recorded ? shift.moved(line) : line));
      return {
        finding,
        origin,
        stale: recorded && place.stale,
        range: rangeOn(document, place.line, finding),
      };
    });
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #shiftOf(uri: vscode.Uri): LineShift {
    const key = uri.toString();
    let shift = this.#shifts.get(key);
    if (!shift) this.#shifts.set(key, (shift = new LineShift()));
    return shift;
  }
}

/** The finding's range in a file that is not open: from its own words alone. */
export function unopenedRange({ location, lineText, endColumn }: Finding): vscode.Range {
  const line = Math.max(0, location.line - 1);
  const start = Math.max(0, location.column - 1);
  return new vscode.Range(
    line,
    start,
    line,
    endColumn ?? Math.max(start + 1, lineText?.trimEnd().length ?? 0),
  );
}

/** One line at most: from the finding's column to its end, or to the end of the line's words. */
function rangeOn(document: vscode.TextDocument, line: number, finding: Finding): vscode.Range {
  const { text, firstNonWhitespaceCharacterIndex: indent } = document.lineAt(line - 1);
  const end = text.trimEnd().length;
  const start = Math.min(Math.max(indent, finding.location.column - 1), Math.max(indent, end - 1));
  const sameLine = finding.endLine === undefined || finding.endLine === finding.location.line;
  const stop = sameLine && finding.endColumn !== undefined ? Math.min(finding.endColumn - 1, end) : end;
  return new vscode.Range(line - 1, start, line - 1, Math.max(start, stop));
}
