import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import {
  diagnosticsOf,
  eventually,
  fixture,
  lineOf,
  looplens,
  measuredAt,
  openFixture,
  reportOf,
} from './kit.ts';

const LINE = 'crypto.pbkdf2Sync';

describe('results at the lines', () => {
  afterEach(async () => {
    (await looplens()).store.setMeasured(undefined);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('warns on the measured line, with a code that leads to its page', async () => {
    const { document } = await show();
    const warning = measuredDiagnostics(document)[0]!;
    assert.equal(warning.severity, vscode.DiagnosticSeverity.Warning);
    assert.equal(warning.range.start.line, lineOf(document, LINE));
    assert.equal(document.getText(warning.range).startsWith(LINE), true, document.getText(warning.range));
    assert.ok(typeof warning.code === 'object' && warning.code.value === 'blocked-loop');
    assert.match(String(warning.code.target), /^command:looplens\.explain/);
  });

  it('has one lens on the line, number first', async () => {
    const { document } = await show();
    const lenses = await lensesOf(document);
    assert.equal(lenses.length, 1);
    assert.equal(lenses[0]!.range.start.line, lineOf(document, LINE));
    assert.equal(lenses[0]!.command?.title, '$(watch)\u00a0blocked 31 × 30 ms (93 %) in GET /login');
  });

  it('tells numbers, chain and routes in the hover', async () => {
    const { document } = await show();
    const text = await hoverOf(document, lineOf(document, LINE));
    for (const part of ['93 %', '930 ms', 'GET /login', 'login', 'looplens.explain', 'looplens.showInTree']) {
      assert.ok(text.includes(part), `${part} is missing in:\n${text}`);
    }
  });

  it('follows its line when code is inserted above', async () => {
    const editor = await show();
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '// one\n// two\n'));
    const line = lineOf(editor.document, LINE);
    await eventually(() =>
      measuredDiagnostics(editor.document).find(({ range }) => range.start.line === line),
    );
    assert.equal(measuredDiagnostics(editor.document)[0]!.severity, vscode.DiagnosticSeverity.Warning);
  });

  it('says so when the measured line itself was edited', async () => {
    const editor = await show();
    const line = editor.document.lineAt(lineOf(editor.document, LINE));
    // A comment at its end would not do: what was measured still holds.
    const start = line.range.start.translate(0, line.firstNonWhitespaceCharacterIndex);
    await editor.edit((edit) => edit.insert(start, 'if (user) '));
    const stale = await eventually(() =>
      measuredDiagnostics(editor.document).find(({ message }) =>
        message.startsWith('Measured before this line was edited'),
      ),
    );
    assert.equal(stale.severity, vscode.DiagnosticSeverity.Information);
    // The lens is asked for anew a moment after the diagnostics.
    await eventually(async () =>
      (await lensesOf(editor.document)).find(({ command }) =>
        /^\$\(history\)\u00a0before the edit: blocked/.test(command?.title ?? ''),
      ),
    );
  });

  it('hides and shows everything with one command', async () => {
    const { document } = await show();
    await vscode.commands.executeCommand('looplens.toggleInline');
    assert.deepEqual(diagnosticsOf(document.uri.fsPath), []);
    assert.deepEqual(await lensesOf(document), []);
    await vscode.commands.executeCommand('looplens.toggleInline');
    assert.equal(measuredDiagnostics(document).length, 1);
  });

  it('lists the finding in the tree, and its command opens the line', async () => {
    const { document } = await show();
    const { tree } = await looplens();
    const [group] = tree.getChildren();
    assert.equal(tree.getTreeItem(group!).label, 'server.js');
    const [row] = tree.getChildren(group);
    const item = tree.getTreeItem(row!);
    assert.equal(item.label, 'blocked 31 × 30 ms (93 %) in GET /login');
    await openFixture('other.js');
    await vscode.commands.executeCommand(item.command!.command, ...(item.command!.arguments as unknown[]));
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, document.uri.fsPath);
    assert.equal(vscode.window.activeTextEditor.selection.start.line, lineOf(document, LINE));
  });

  it('forgets a dismissed finding', async () => {
    const { document } = await show();
    const { line, column } = { line: lineOf(document, LINE) + 1, column: 10 };
    await vscode.commands.executeCommand('looplens.dismiss', {
      rule: 'blocked-loop',
      file: fixture('server.js'),
      line,
      column,
    });
    assert.deepEqual(measuredDiagnostics(document), []);
  });
});

async function show(): Promise<vscode.TextEditor> {
  const { store } = await looplens();
  const editor = await openFixture('server.js');
  store.setMeasured({
    report: reportOf([measuredAt(editor.document, LINE)]),
    recording: '/nowhere.looplens',
  });
  return editor;
}

function measuredDiagnostics(document: vscode.TextDocument): vscode.Diagnostic[] {
  return diagnosticsOf(document.uri.fsPath).filter(
    ({ code }) => typeof code === 'object' && code.value === 'blocked-loop',
  );
}

async function lensesOf({ uri }: vscode.TextDocument): Promise<vscode.CodeLens[]> {
  const all = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri);
  return all.filter(({ command }) => command?.command === 'looplens.showInTree');
}

async function hoverOf({ uri }: vscode.TextDocument, line: number): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    uri,
    new vscode.Position(line, 12),
  );
  return hovers
    .flatMap(({ contents }) => contents)
    .map((content) => (content instanceof vscode.MarkdownString ? content.value : ''))
    .join('\n');
}
