import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { ChildProcess } from 'node:child_process';
import type { LoopLensApi } from '../../../src/extension/activate.ts';
import { diagnosticsOf, eventually, fixture, lineOf, looplens, openFixture, startServer } from './kit.ts';

const LINE = 'crypto.pbkdf2Sync';

describe('recording a running process', () => {
  let server: ChildProcess & { pid: number };
  let api: LoopLensApi;

  before(async () => {
    api = await looplens();
    server = await startServer();
  });
  after(async () => {
    api.store.setMeasured(undefined);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    server.stdin?.end();
  });

  it('attaches, shows how it goes, stops on command, and keeps the file', async () => {
    const { document } = await openFixture('server.js');
    const done = vscode.commands.executeCommand('looplens.record', { kind: 'pid', pid: server.pid });
    const seen = await eventually(() => {
      const { state } = api.recorder;
      return state.phase === 'recording' && (state.progress?.elapsedMs ?? 0) > 3000
        ? state.progress
        : undefined;
    });
    assert.ok(seen.events > 0, 'events arrive while recording');
    await vscode.commands.executeCommand('looplens.stop');
    await done;

    assert.equal(api.recorder.state.phase, 'idle');
    const measured = api.store.measured;
    assert.ok(measured, 'the recording was analysed');
    assert.ok(fs.statSync(measured.recording).size > 0);
    assert.equal(measured.report.target.pid, server.pid);
    assert.equal(server.exitCode, null, 'the server lives on');

    const line = lineOf(document, LINE);
    const warnings = diagnosticsOf(document.uri.fsPath).filter(
      ({ range, severity }) => range.start.line === line && severity === vscode.DiagnosticSeverity.Warning,
    );
    assert.ok(
      warnings.length > 0,
      `nothing at line ${line + 1}: ${JSON.stringify(measured.report.findings)}`,
    );
    assert.match(warnings.map(({ message }) => message).join('\n'), /GET \/login/);
  });

  it('has a lens with the measured number on the blocking line', async () => {
    const uri = vscode.Uri.file(fixture('server.js'));
    const document = await vscode.workspace.openTextDocument(uri);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      uri,
    );
    const titles = lenses
      .filter(({ range }) => range.start.line === lineOf(document, LINE))
      .map(({ command }) => command?.title ?? '');
    assert.match(titles.join('\n'), /blocked \d+ × [\d.]+ ms .*in GET \/login/);
  });

  it('opens the recording in its own editor', async () => {
    await vscode.commands.executeCommand('looplens.showRecording');
    const tab = await eventually(() => {
      const { input } = vscode.window.tabGroups.activeTabGroup.activeTab ?? {};
      return input instanceof vscode.TabInputCustom ? input : undefined;
    });
    assert.equal(tab.viewType, 'looplens.recording');
    assert.equal(tab.uri.fsPath, api.store.measured?.recording);
  });

  it('says in one sentence when there is no such process, and is ready again', async () => {
    const before = api.store.measured;
    await vscode.commands.executeCommand('looplens.record', { kind: 'pid', pid: 2 ** 30 });
    assert.equal(api.recorder.state.phase, 'idle');
    assert.equal(api.store.measured, before, 'what was found before stays');
  });
});
