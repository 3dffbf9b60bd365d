import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { eventually, fixture, lineOf, looplens, openFixture } from './kit.ts';

interface Event {
  type: string;
  event: string;
  body?: { reason?: string; threadId?: number; hitBreakpointIds?: number[]; description?: string };
}

/** A debug session and all events that reach the editor from it. */
interface Watched {
  session: vscode.DebugSession;
  events: Event[];
}

/** Watches the sessions of a type that have a program of their own. */
function watch(type: string): { sessions: Watched[]; subscription: vscode.Disposable } {
  const sessions: Watched[] = [];
  const subscription = vscode.debug.registerDebugAdapterTrackerFactory(type, {
    createDebugAdapterTracker: (session) => {
      const watched: Watched = { session, events: [] };
      sessions.push(watched);
      return {
        onDidSendMessage: (message: Event) => {
          // A copy: what reaches the editor is decided when all trackers have seen it.
          if (message.type === 'event') watched.events.push({ ...message });
        },
      };
    },
  });
  return { sessions, subscription };
}

const stops = ({ events }: Watched): Event[] => events.filter(({ event }) => event === 'stopped');
const stopAfter = (watched: Watched, count: number): Promise<Event> =>
  soon(`stop ${count} of ${watched.session.type}`, watched, () => stops(watched)[count]);

/** Waits for something of a session; when it does not come, the events that did are told. */
async function soon<T>(what: string, watched: Watched | undefined, find: () => T | undefined): Promise<T> {
  const end = Date.now() + SOON_MS;
  return eventually(() => {
    const found = find();
    if (found !== undefined || Date.now() < end) return found;
    const events = watched?.events.map(({ event, body }) => `${event} ${body?.reason ?? ''}`) ?? [];
    throw new Error(`There is no ${what}; the events: ${events.slice(-30).join(', ')}`);
  });
}

const SOON_MS = 25_000;

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
  /** Stops of theirs that were seen. */
  let seen = 0;

  const go = ({ session }: Watched, threadId: number | undefined): Thenable<unknown> =>
    session.customRequest('continue', { threadId });
  const running = (watched: Watched): Promise<true> =>
    soon('going on', watched, () => {
      const last = watched.events.findLast(({ event }) => event === 'stopped' || event === 'continued');
      return last?.event === 'continued' ? true : undefined;
    });

  before(async () => {
    await looplens();
    theirs = watch('pwa-node');
    ours = watch('looplens');
    subscriptions.push(theirs.subscription, ours.subscription);
    const { document } = await openFixture('beside.js');
    const at = new vscode.Location(document.uri, new vscode.Position(lineOf(document, 'counted++'), 2));
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
    const first = stops(js)[0]!;
    assert.equal(first.body?.reason, 'breakpoint');
    theirThread = first.body.threadId;
    vscode.debug.removeBreakpoints([breakpoint]);
    await go(js, theirThread);
    await vscode.commands.executeCommand('looplens.debugBeside', { sessionId: js.session.id });
    own = await soon('session of ours', ours.sessions[0], () =>
      ours.sessions.find((one) => one.events.some((e) => e.event === 'process')),
    );
  });

  it('leaves it its breakpoints', async () => {
    seen = stops(js).length;
    vscode.debug.addBreakpoints([breakpoint]);
    const ownStop = await stopAfter(own, 0);
    assert.equal(ownStop.body?.reason, 'breakpoint');
    ownThread = ownStop.body.threadId;
    assert.ok(((await stopAfter(js, seen++)).body?.hitBreakpointIds?.length ?? 0) > 0);
    vscode.debug.removeBreakpoints([breakpoint]);
    await go(js, theirThread);
    await running(own);
  });

  it('shows it no stop of ours: a pause, a step, a loop that is held', async () => {
    let known = stops(own).length;
    await own.session.customRequest('pause', { threadId: ownThread });
    assert.equal((await stopAfter(own, known++)).body?.reason, 'pause');
    await own.session.customRequest('next', { threadId: ownThread });
    assert.equal((await stopAfter(own, known++)).body?.reason, 'step');
    const held = { filters: [], filterOptions: [{ filterId: 'loop-blocked', condition: '100 ms' }] };
    await own.session.customRequest('setExceptionBreakpoints', held);
    await own.session.customRequest('evaluate', { expression: 'globalThis.hold = 5000' });
    await go(own, ownThread);
    assert.equal((await stopAfter(own, known++)).body?.description, 'Loop blocked');
    assert.equal(stops(js).length, seen, JSON.stringify(stops(js).slice(seen)));
    await own.session.customRequest('setExceptionBreakpoints', { filters: ['uncaught'] });
    await go(own, ownThread);
  });

  it('leaves it its pauses and its exceptions', async () => {
    await js.session.customRequest('pause', { threadId: theirThread });
    assert.equal((await stopAfter(js, seen++)).body?.reason, 'pause');
    await js.session.customRequest('setExceptionBreakpoints', { filters: ['all'] });
    await go(js, theirThread);
    assert.equal((await stopAfter(js, seen++)).body?.reason, 'exception');
    await go(js, theirThread);
    assert.equal((await stopAfter(js, seen++)).body?.reason, 'exception');
    await go(js, theirThread);
  });

  it('leaves, and all of that stays', async () => {
    seen = stops(js).length;
    await vscode.debug.stopDebugging(own.session);
    await js.session.customRequest('setExceptionBreakpoints', { filters: [] });
    if (stops(js).length > seen) await go(js, theirThread);
    vscode.debug.addBreakpoints([breakpoint]);
    const stop = await soon('breakpoint of theirs', js, () =>
      stops(js).find(({ body }, k) => k >= seen && body?.reason === 'breakpoint'),
    );
    assert.ok((stop.body?.hitBreakpointIds?.length ?? 0) > 0);
  });
});
