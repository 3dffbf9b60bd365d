import * as vscode from 'vscode';
import { settings } from '../settings.ts';
import type { Recorder } from './recorder.ts';
import { statusText } from './status-text.ts';

/** The status bar item: there only while something is under way; a click stops it. */
export function showStatus(recorder: Recorder): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('looplens.recording', vscode.StatusBarAlignment.Left, 50);
  item.name = 'LoopLens Recording';
  item.command = 'looplens.stop';
  const update = (): void => {
    const status = statusText(recorder.state, settings().delayThreshold);
    if (!status) {
      item.hide();
      return;
    }
    item.text = status.text;
    const tooltip = new vscode.MarkdownString(status.tooltip, true);
    tooltip.isTrusted = { enabledCommands: ['looplens.stop', 'looplens.showLog'] };
    item.tooltip = tooltip;
    item.backgroundColor = status.warn ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    item.accessibilityInformation = { label: status.label, role: 'button' };
    item.show();
  };
  return vscode.Disposable.from(item, recorder.onDidChange(update));
}
