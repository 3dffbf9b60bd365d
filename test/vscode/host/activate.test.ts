import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { eventually, looplens } from './kit.ts';

describe('the extension', () => {
  it('registers every command of its manifest', async () => {
    await looplens();
    const manifest = vscode.extensions.getExtension('looplens.looplens')!.packageJSON as {
      contributes: { commands: { command: string }[] };
    };
    const known = new Set(await vscode.commands.getCommands(true));
    const missing = manifest.contributes.commands
      .map(({ command }) => command)
      .filter((id) => !known.has(id));
    assert.deepEqual(missing, []);
  });

  it('opens the page of a finding as a preview', async () => {
    await vscode.commands.executeCommand('looplens.explain', 'blocked-loop');
    await eventually(() =>
      vscode.window.tabGroups.activeTabGroup.activeTab?.label.includes('blocked-loop') ? true : undefined,
    );
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});
