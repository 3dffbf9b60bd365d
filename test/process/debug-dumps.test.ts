// Reading the suspended tasks while something else is going on with the same loop.
import { spawn } from 'node:child_process';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, expect, test } from 'vitest';
import { connect } from '../../src/inspector/connection.ts';
import type { TasksBody } from '../../src/debug/custom-requests.ts';
import { nodeBinary } from '../setup/nodes.mjs';
import { fixture, lineOf, Session } from './debug-client.ts';

const POOL = fixture('pool.cjs');

let session: Session;
afterEach(() => session.close());

const ask = async (depth: 'quick' | 'full'): Promise<TasksBody> =>
  (await session.client.customRequest('looplens/tasks', { depth })).body as TasksBody;
const handlers = ({ groups }: TasksBody): string[] =>
  groups.filter(({ name }) => name.includes('handler')).map(({ stack }) => stack[0]!.function);
const stopFor = async (reason: string): Promise<DebugProtocol.StoppedEvent['body']> => {
  for (;;) {
    const stop = await session.stop();
    if (stop.reason === reason) return stop;
  }
};

describe.each([18, 24])('the tasks are read, on Node %i', (major) => {
  test('right after a pause of an idle program, which is then stopped', async () => {
    session = await Session.open();
    await session.launch(major, POOL);
    await session.until('ready');
    const [, body] = await Promise.all([session.client.pauseRequest({ threadId: 1 }), ask('full')]);
    expect(handlers(body)).toContain('query');
    expect(await stopFor('pause')).toMatchObject({ threadId: 1 });
    // Once more while it stands, and it still goes on.
    expect(handlers(await ask('quick'))).toContain('query');
    await session.client.continueRequest({ threadId: 1 });
    expect(handlers(await ask('quick'))).toContain('query');
  });

  test('while a pause arrives, which waits for the answer', async () => {
    session = await Session.open();
    await session.launch(major, POOL);
    await session.until('ready');
    for (let round = 0; round < 3; round++) {
      const reading = ask(round === 1 ? 'full' : 'quick');
      await session.client.pauseRequest({ threadId: 1 });
      await stopFor('pause');
      const sources = (await session.frames()).map(({ source }) => source?.path ?? source?.name ?? '');
      expect(sources.filter((source) => source.startsWith('looplens:heap'))).toEqual([]);
      expect(handlers(await reading)).toContain('query');
      await session.client.continueRequest({ threadId: 1 });
    }
  });

  test('quickly and in full at once: each gets what was asked for', async () => {
    session = await Session.open();
    await session.launch(major, POOL);
    await session.until('ready');
    const [quick, full, again] = await Promise.all([ask('quick'), ask('full'), ask('full')]);
    expect([quick.depth, full.depth, again.depth]).toEqual(['quick', 'full', 'full']);
    expect(full.groups.every(({ waitingFor }) => waitingFor !== undefined)).toBe(true);
  });

  test('while a step is under way, which ends where it would have', async () => {
    session = await Session.open();
    const orders = fixture('orders.cjs');
    const line = (text: string): number => lineOf('orders.cjs', text);
    await session.launch(major, orders, (s) =>
      s.breakpoints(orders, { line: line('const others'), condition: 'id === 2' }),
    );
    await session.stop();
    const [, body] = await Promise.all([session.client.nextRequest({ threadId: 1 }), ask('full')]);
    expect(body.depth).toBe('full');
    await stopFor('step');
    const [top] = await session.frames();
    expect(`${top!.name}:${top!.line}`).toBe(`order:${line('total += ')}`);
    expect(await session.evaluate('id', top!.id)).toBe('2');
  });

  test('while the client leaves: nothing stays behind in the program', async () => {
    const child = spawn(nodeBinary(major), ['--inspect=127.0.0.1:0', POOL], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    try {
      let said = '';
      const url = await new Promise<string>((resolve) => {
        child.stderr.setEncoding('utf8').on('data', (data: string) => {
          const found = /ws:\S+/.exec((said += data))?.[0];
          if (found !== undefined) resolve(found);
        });
      });
      session = await Session.open();
      const args = { websocketAddress: url, rememberCalls: true } as never;
      await Promise.all([session.client.waitForEvent('initialized'), session.client.attachRequest(args)]);
      await session.client.configurationDoneRequest();
      const reading = ask('full').then(
        () => 'read',
        () => 'given up',
      );
      await session.close();
      expect(await reading).toBe('read');
      const connection = await connect(url);
      const expression = `Object.getOwnPropertySymbols(globalThis).map(String).filter((name) => name.includes('looplens')).join()`;
      const { result } = await connection.send<{ result: { value: string } }>('Runtime.evaluate', {
        expression,
      });
      connection.dispose();
      expect(result.value).toBe('');
      expect(child.exitCode).toBeNull();
    } finally {
      child.kill('SIGKILL');
    }
  });
});

test('before the program has begun there are none, and that is said', async () => {
  session = await Session.open();
  await Promise.all([
    session.client.waitForEvent('initialized'),
    session.client.launchRequest({ program: POOL, runtimeExecutable: nodeBinary(24) } as never),
  ]);
  await expect(ask('full')).rejects.toThrow('has not begun');
});
