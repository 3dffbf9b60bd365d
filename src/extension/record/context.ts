import * as vscode from 'vscode';
import type { Recorder } from './recorder.ts';

/** Keeps `looplens.busy` true while something is under way: package.json enables commands by it. */
export function showContext(recorder: Recorder): vscode.Disposable {
  return vscode.Disposable.from(
    recorder.onDidChange(({ phase }) => {
      void vscode.commands.executeCommand('setContext', 'looplens.busy', phase !== 'idle');
    }),
  );
}
