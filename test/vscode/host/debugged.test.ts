import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { LoopLensApi } from '../../../src/extension/activate.ts';
import { type Event, soon, stops, watch, type Watched } from './debug-kit.ts';
import { eventually, fixture, lineOf, looplens, openFixture } from './kit.ts';

describe("a program that is reached only through VS Code's own debugger", () => {
  let api: LoopLensApi;
  let theirs: ReturnType<typeof watch>;
  let ours: ReturnType<typeof watch>;
  let js: Watched;
  let thread: number | undefined;
  let seen = 0;

  const nextStop = (): Promise<Event> =>
    soon(`stop ${seen}`, js, () => stops(js)[seen]).finally(() => seen++);
  const ask = (command: string): Thenable<unknown> => js.session.customRequest(command, { threadId: thread });
  const mark = (): Thenable<unknown> =>
    js.session.customRequest('evaluate', { expression: `globalThis.wish = 'mark'`, context: 'repl' });
  const breaksAndSteps = async (): Promise<void> => {
    await mark();
    assert.ok(((await nextStop()).body?.hitBreakpointIds?.length ?? 0) > 0);
    await ask('next');
    assert.equal((await nextStop()).body?.reason, 'step');
    await ask('continue');
  };
  const noOther = (): void => {
    assert.equal(stops(js).length, seen, JSON.stringify(stops(js).slice(seen)));
    assert.ok(!js.events.some(({ event }) => event === 'looplens.stopOfAnother'));
  };

  before(async () => {
    api = await looplens();
    theirs = watch('pwa-node');
    ours = watch('looplens');
    const { document } = await openFixture('beside.js');
    const at = new vscode.Location(document.uri, new vscode.Position(lineOf(document, 'marked++'), 4));
    vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(at)]);
    await vscode.debug.startDebugging(undefined, {
      type: 'pwa-node',
      request: 'launch',
      name: 'far away',
      program: fixture('far.js'),
      runtimeExecutable: process.env.LOOPLENS_TEST_NODE ?? 'node',
    });
    js = await soon('stop of theirs', undefined, () => theirs.sessions.find((one) => stops(one).length > 0));
    thread = (await nextStop()).body?.threadId;
  });
  after(async () => {
    await vscode.debug.stopDebugging();
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    api.tasks.clear();
    api.store.setMeasured(undefined);
    theirs.subscription.dispose();
    ours.subscription.dispose();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('tells its tasks while it stands at a breakpoint, and is stepped on from there', async () => {
    await vscode.commands.executeCommand('looplens.tasksDebugged', { sessionId: js.session.id });
    const proxy = await vscode.commands.executeCommand<{ port: number; path: string }>(
      'extension.js-debug.requestCDPProxy',
      js.session.id,
    );
    const spec = api.tasks.target?.spec;
    assert.ok(spec?.kind === 'ws' && spec.url.endsWith(`:${proxy.port}${proxy.path}`), JSON.stringify(spec));
    const tasks = api.tasks.shown?.dump.tasks.map(({ stack }) => stack[0]) ?? [];
    const document = await vscode.workspace.openTextDocument(fixture('far.js'));
    const line = lineOf(document, 'await never') + 1;
    assert.ok(
      tasks.some((frame) => frame?.function === 'waiting' && frame.line === line && frame.exact),
      JSON.stringify(api.tasks.shown),
    );
    await ask('next');
    assert.equal((await nextStop()).body?.reason, 'step');
    await ask('continue');
    noOther();
  });

  it('tells them while it runs, quickly and in full, those of a worker too', async () => {
    for (const command of ['looplens.refreshTasks', 'looplens.snapshotTasks']) {
      await vscode.commands.executeCommand(command);
      const { threads = [], tasks = [] } = api.tasks.shown?.dump ?? {};
      const found = tasks.map(({ stack, thread }) => `${thread} ${stack[0]?.function ?? ''}`).sort();
      assert.deepEqual(found, ['1 waitingInWorker', 'main waiting'], JSON.stringify(api.tasks.shown));
      assert.match(threads[1]?.name ?? '', /worker 1/);
    }
    await breaksAndSteps();
    noOther();
  });

  it('is recorded, and stops at its breakpoint and steps meanwhile and afterwards', async () => {
    const done = vscode.commands.executeCommand('looplens.recordDebugged', { sessionId: js.session.id });
    const recorded = (ms: number): Promise<true> =>
      eventually(() => {
        const { state } = api.recorder;
        return state.phase === 'recording' && (state.progress?.elapsedMs ?? 0) > ms ? true : undefined;
      });
    await recorded(1000);
    await breaksAndSteps();
    await recorded(2500);
    await vscode.commands.executeCommand('looplens.stop');
    await done;
    const { pid } = api.store.measured?.report.target ?? {};
    const answer = (await js.session.customRequest('evaluate', {
      expression: 'process.pid',
      context: 'repl',
    })) as { result: string };
    assert.equal(String(pid), answer.result);
    const threads = api.store.measured?.report.target.threads.map(({ name }) => name);
    assert.deepEqual(threads, ['main', 'worker far.js']);
    assert.ok((api.store.measured?.report.recording.events ?? 0) > 50);
    await breaksAndSteps();
    noOther();
  });

  it('takes no second debugger: two cannot share a session', async () => {
    await vscode.commands.executeCommand('looplens.debugBeside', { sessionId: js.session.id });
    assert.equal(ours.sessions.length, 0);
    await breaksAndSteps();
  });
});
