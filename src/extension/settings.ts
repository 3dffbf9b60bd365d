import * as vscode from 'vscode';

/** The settings of package.json, read where they are used so that a change counts at once. */
export interface Settings {
  lintEnabled: boolean;
  lintPreset: 'recommended' | 'strict';
  /** Whether the project's type checker is asked about open files. */
  lintTypes: boolean;
  inlineLens: boolean;
  inlineEndOfLine: boolean;
  /** Event loop delay from which the status item warns, ms. */
  delayThreshold: number;
  /** Seconds; 0 = until stopped. */
  recordDuration: number;
}

/** The settings as they hold for `scope` now. */
export function settings(scope?: vscode.Uri): Settings {
  const all = vscode.workspace.getConfiguration('looplens', scope);
  return {
    lintEnabled: all.get('lint.enabled', true),
    lintPreset: all.get('lint.preset') === 'strict' ? 'strict' : 'recommended',
    lintTypes: all.get('lint.types', true),
    inlineLens: all.get('inline.lens', true),
    inlineEndOfLine: all.get('inline.endOfLine', false),
    delayThreshold: all.get('delayThreshold', 50),
    recordDuration: Math.max(0, all.get('record.duration', 0)),
  };
}

/** Runs `then` when any of our settings changes. */
export function onSettings(then: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration('looplens')) then();
  });
}
