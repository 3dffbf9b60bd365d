import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { ChildProcess } from 'node:child_process';
import type { LoopLensApi } from '../../../src/extension/activate.ts';
import { eventually, fixture, lineOf, looplens, startServer } from './kit.ts';

describe('the async tasks of a running process', () => {
  let program: ChildProcess & { pid: number };
  let api: LoopLensApi;
  const target = (): Parameters<LoopLensApi['tasks']['look']>[0] => ({
    spec: { kind: 'pid', pid: program.pid },
    name: 'stuck.js',
  });

  before(async () => {
    api = await looplens();
    program = await startServer('stuck.js');
  });
  after(async () => {
    api.tasks.clear();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    program.stdin?.end();
  });

  it('are shown by a quick look, by where they stand', async () => {
    const shown = await api.tasks.look(target(), 'quick');
    assert.equal(shown?.dump.depth, 'quick');
    const tasks = shown.dump.tasks.map(
      ({ count, stack }) => `${count} ${stack.map((f) => f.function).join(' < ')}`,
    );
    assert.ok(tasks.includes('3 acquire < handle'), tasks.join('\n'));
    assert.equal(program.exitCode, null);
  });

  it('tell by a snapshot what they wait for, at a lens of the await', async () => {
    await api.tasks.look(target(), 'full');
    const document = await vscode.workspace.openTextDocument(fixture('stuck.js'));
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
    );
    const titles = (text: string): string =>
      lenses
        .filter(({ range }) => range.start.line === lineOf(document, text))
        .map(({ command }) => command?.title ?? '')
        .join('\n');
    assert.match(titles('await sleep'), /1 task suspended here.*timer/);
    assert.match(titles('await acquire'), /3 tasks suspended here.*promise.*waiting/);
  });

  it('tell what keeps the process alive, as a list whose rows open the code that is called', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    // The list cannot be read from here: its rows are chosen one after the other, until one opens the program.
    for (let row = 0; vscode.window.activeTextEditor === undefined; row = (row + 1) % 4) {
      let done = false;
      const shown = vscode.commands.executeCommand('looplens.whatKeepsAlive').then(() => (done = true));
      await wait(300);
      for (let k = 0; k < row; k++)
        await vscode.commands.executeCommand('workbench.action.quickOpenSelectNext');
      await eventually(async () => {
        await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
        return done ? true : undefined;
      });
      await shown;
    }
    const { document, selection } = vscode.window.activeTextEditor;
    assert.equal(document.fileName, fixture('stuck.js'));
    assert.equal(selection.active.line, lineOf(document, "process.stdin.on('end'"));
  });

  it('go to the call of a function that is awaited at once, and say why the creation of others is not known', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    const shown = await api.tasks.look(target(), 'full');
    const task = shown!.dump.tasks.findIndex(({ stack }) => stack[0]?.function === 'acquire');
    await vscode.commands.executeCommand('looplens.goToCreation', { kind: 'frame', task, frame: 0 });
    const { document, selection } = vscode.window.activeTextEditor!;
    assert.equal(selection.active.line, lineOf(document, 'await acquire()'));
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    // Says it in a message that is not waited for, and opens nothing.
    await vscode.commands.executeCommand('looplens.goToCreation', { kind: 'task', task });
    assert.equal(vscode.window.activeTextEditor, undefined);
  });

  it('are watched until told to stop', async () => {
    const before = api.tasks.shown;
    api.tasks.watch();
    assert.ok(api.tasks.watching);
    await new Promise<void>((resolve) => {
      const subscription = api.tasks.onDidChange(() => {
        if (api.tasks.shown === before) return;
        subscription.dispose();
        resolve();
      });
    });
    await vscode.commands.executeCommand('looplens.unwatchTasks');
    assert.equal(api.tasks.watching, false);
  });

  it('say in one sentence when there is no such process, and keep nothing', async () => {
    await assert.rejects(
      api.tasks.look({ spec: { kind: 'pid', pid: 999_999_999 }, name: 'nobody' }, 'quick'),
      (error: Error) => /999999999/.test(error.message),
    );
    assert.equal(api.tasks.shown, undefined);
  });
});
