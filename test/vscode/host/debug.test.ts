import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { type Event, soon, stops, watch, type Watched } from './debug-kit.ts';
import { eventually, fixture, lineOf, looplens, openFixture } from './kit.ts';

describe("debugging beside VS Code's own debugger", () => {
  const subscriptions: vscode.Disposable[] = [];
  let theirs: ReturnType<typeof watch>;
  let ours: ReturnType<typeof watch>;
  let js: Watched;
  let own: Watched;
  let breakpoint: vscode.Breakpoint;
  /** Of the main thread, as each of the two counts. */
  let theirThread: number | undefined;
  let ownThread: number | undefined;
  /** Stops that were seen, of each. */
  let theirSeen = 0;
  let ownSeen = 0;

  const stopAfter = (watched: Watched, count: number): Promise<Event> =>
    soon(`stop ${count} of ${watched.session.type}`, watched, () => stops(watched)[count]);
  const go = ({ session }: Watched, threadId: number | undefined): Thenable<unknown> =>
    session.customRequest('continue', { threadId });
  /** Has the program do something, once. */
  const wish = ({ session }: Watched, what: 'mark' | 'throw' | 'hold'): Thenable<unknown> =>
    session.customRequest('evaluate', { expression: `globalThis.wish = '${what}'`, context: 'repl' });
  const lately = (watched: Watched, state: 'stopped' | 'continued'): Promise<true> =>
    soon(`last ${state}`, watched, () => {
      const last = watched.events.findLast(({ event }) => event === 'stopped' || event === 'continued');
      return last?.event === state ? true : undefined;
    });
  const running = (watched: Watched): Promise<true> => lately(watched, 'continued');
  const standing = (watched: Watched): Promise<true> => lately(watched, 'stopped');
  const noMoreOf = (watched: Watched, count: number): void =>
    assert.equal(stops(watched).length, count, JSON.stringify(stops(watched).slice(count)));

  before(async () => {
    await looplens();
    theirs = watch('pwa-node');
    ours = watch('looplens');
    subscriptions.push(theirs.subscription, ours.subscription);
    const { document } = await openFixture('beside.js');
    const at = new vscode.Location(document.uri, new vscode.Position(lineOf(document, 'marked++'), 4));
    breakpoint = new vscode.SourceBreakpoint(at);
    vscode.debug.addBreakpoints([breakpoint]);
  });
  after(async () => {
    await vscode.debug.stopDebugging();
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    for (const subscription of subscriptions) subscription.dispose();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('attaches to the program of its session', async () => {
    const started = await vscode.debug.startDebugging(undefined, {
      type: 'pwa-node',
      request: 'launch',
      name: 'theirs',
      program: fixture('beside.js'),
      runtimeExecutable: process.env.LOOPLENS_TEST_NODE ?? 'node',
    });
    assert.ok(started);
    js = await soon('stop of theirs', undefined, () => theirs.sessions.find((one) => stops(one).length > 0));
    const first = stops(js)[theirSeen++]!;
    assert.equal(first.body?.reason, 'breakpoint');
    theirThread = first.body.threadId;
    await go(js, theirThread);
    await vscode.commands.executeCommand('looplens.debugBeside', { sessionId: js.session.id });
    own = await soon('session of ours', ours.sessions[0], () =>
      ours.sessions.find((one) => one.events.some((e) => e.event === 'process')),
    );
    ownThread = own.events.find(({ event }) => event === 'thread')?.body?.threadId;
    await eventually(async () => {
      const known: { verified?: boolean } | undefined =
        await own.session.getDebugProtocolBreakpoint(breakpoint);
      return known?.verified === true ? true : undefined;
    });
  });

  it('stops with it at a breakpoint of both, and goes on with it', async () => {
    await wish(js, 'mark');
    assert.equal((await stopAfter(own, ownSeen++)).body?.reason, 'breakpoint');
    assert.ok(((await stopAfter(js, theirSeen++)).body?.hitBreakpointIds?.length ?? 0) > 0);
    await go(js, theirThread);
    await running(own);
    await wish(js, 'mark');
    await stopAfter(own, ownSeen++);
    await stopAfter(js, theirSeen++);
    await go(own, ownThread);
    await running(js);
  });

  it('shows it no stop of ours: a pause, a step, a loop that is held', async () => {
    await wish(js, 'mark');
    await stopAfter(own, ownSeen++);
    await stopAfter(js, theirSeen++);
    await own.session.customRequest('next', { threadId: ownThread });
    assert.equal((await stopAfter(own, ownSeen++)).body?.reason, 'step');
    const hidden = (): number => js.events.filter(({ event }) => event === 'looplens.stopOfAnother').length;
    await soon('step that is hidden', js, () => (hidden() > 0 ? true : undefined));
    await go(own, ownThread);
    await running(js);
    const before = hidden();
    await own.session.customRequest('pause', { threadId: ownThread });
    assert.equal((await stopAfter(own, ownSeen)).body?.reason, 'pause');
    // An idle loop stops in Node's code, and js-debug steps out of what it skips: where it rests the stop is ours still.
    await soon('pause that is hidden', js, () => (hidden() > before ? true : undefined));
    await wait(1000);
    await standing(own);
    ownSeen = stops(own).length;
    const held = { filters: [], filterOptions: [{ filterId: 'loop-blocked', condition: '100 ms' }] };
    await own.session.customRequest('setExceptionBreakpoints', held);
    await wish(own, 'hold');
    await go(own, ownThread);
    assert.equal((await stopAfter(own, ownSeen++)).body?.description, 'Loop blocked');
    await own.session.customRequest('setExceptionBreakpoints', { filters: ['uncaught'] });
    await go(own, ownThread);
    // What it was told of those has come before the next stop of its own.
    await wish(js, 'mark');
    assert.equal((await stopAfter(js, theirSeen++)).body?.reason, 'breakpoint');
    noMoreOf(js, theirSeen);
    await stopAfter(own, ownSeen++);
    await go(own, ownThread);
    await running(js);
  });

  it('leaves it its pauses, its steps and its exceptions, and shows none of them', async () => {
    await js.session.customRequest('pause', { threadId: theirThread });
    // It calls it a step where it has stepped out of Node's code by itself.
    await stopAfter(js, theirSeen++);
    await js.session.customRequest('next', { threadId: theirThread });
    assert.equal((await stopAfter(js, theirSeen++)).body?.reason, 'step');
    await js.session.customRequest('setExceptionBreakpoints', { filters: ['all'] });
    await go(js, theirThread);
    await wish(js, 'throw');
    assert.equal((await stopAfter(js, theirSeen++)).body?.reason, 'exception');
    await go(js, theirThread);
    await wish(js, 'mark');
    assert.equal((await stopAfter(own, ownSeen++)).body?.reason, 'breakpoint');
    noMoreOf(own, ownSeen);
    await stopAfter(js, theirSeen++);
    await go(js, theirThread);
    await running(own);
  });

  it('leaves, and its breakpoints and exceptions stay', async () => {
    await vscode.debug.stopDebugging(own.session);
    await wish(js, 'throw');
    assert.equal((await stopAfter(js, theirSeen++)).body?.reason, 'exception');
    await go(js, theirThread);
    await wish(js, 'mark');
    assert.ok(((await stopAfter(js, theirSeen++)).body?.hitBreakpointIds?.length ?? 0) > 0);
  });
});
