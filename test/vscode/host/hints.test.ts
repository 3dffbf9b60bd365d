import assert from 'node:assert/strict';
import { after, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { diagnosticsOf, eventually, fixture, lineOf, openFixture } from './kit.ts';

const LINE = 'fs.readFileSync';

describe('hints', () => {
  after(() => vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor'));

  it('come for an open file from the worker, quietly', async () => {
    const { document } = await openFixture('other.js');
    const hint = await hintIn(document);
    assert.ok(hint.severity >= vscode.DiagnosticSeverity.Information, 'a hypothesis never warns');
  });

  it('can be silenced on their line with the comment of ESLint', async () => {
    const { document } = await openFixture('other.js');
    const hint = await hintIn(document);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      hint.range,
    );
    const rule = typeof hint.code === 'object' ? String(hint.code.value) : '';
    const ignore = actions.find(({ title }) => title === `Ignore ${rule} on this line`);
    assert.ok(ignore?.edit, actions.map(({ title }) => title).join(', '));
    await vscode.workspace.applyEdit(ignore.edit);
    const above = document.lineAt(lineOf(document, LINE) - 1).text;
    assert.equal(above.trim(), `// eslint-disable-next-line looplens/${rule}`);
    await eventually(() =>
      diagnosticsOf(fixture('other.js')).every((one) => codeOf(one) !== rule) ? true : undefined,
    );
  });

  it('come for a buffer that was never saved', async () => {
    const content =
      "const fs = require('node:fs');\nrequire('node:http').createServer(() => fs.readFileSync('a'));\n";
    const document = await vscode.workspace.openTextDocument({ language: 'javascript', content });
    const found = await eventually(() =>
      vscode.languages.getDiagnostics(document.uri).find((one) => codeOf(one) === 'no-sync-in-handler'),
    );
    assert.equal(found.range.start.line, 1);
  });

  it('of slow regular expressions get the verdict of the full check, with the text that takes the time', async () => {
    const { document } = await openFixture('other.js');
    const edit = new vscode.WorkspaceEdit();
    edit.insert(
      document.uri,
      new vscode.Position(document.lineCount, 0),
      '\nexports.isName = (text) => /^(a+)+$/.test(text);\n',
    );
    await vscode.workspace.applyEdit(edit);
    const { message } = await eventually(() =>
      diagnosticsOf(document.uri.fsPath).find((one) => one.message.includes('A full check confirms it')),
    );
    assert.match(message, /'a'\.repeat\(\d+\)/);
  });
});

function hintIn(document: vscode.TextDocument): Promise<vscode.Diagnostic> {
  const line = lineOf(document, LINE);
  return eventually(() => diagnosticsOf(document.uri.fsPath).find(({ range }) => range.start.line === line));
}

function codeOf({ code }: vscode.Diagnostic): unknown {
  return typeof code === 'object' ? code.value : code;
}
