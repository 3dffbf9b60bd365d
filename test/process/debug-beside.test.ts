// Another debugger at the same processes: which of the two shows a stop is settled thread by thread.
import { spawn } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import { connect } from '../../src/inspector/connection.ts';
import type { Connection } from '../../src/inspector/connection.ts';
import { followWorkers } from '../../src/inspector/worker-connection.ts';
import { nodeBinary } from '../setup/nodes.mjs';
import { fixture, Session } from './debug-client.ts';

const TWO_LOOPS = fixture('two-loops.cjs');

let session: Session;
const others: Connection[] = [];
afterEach(async () => {
  for (const other of others.splice(0)) other.dispose();
  await session.close();
});

/** The other debugger stops a thread. */
async function stopBy(other: Connection): Promise<void> {
  const paused = new Promise<void>((resolve) => {
    other.on('Debugger.paused', () => resolve());
  });
  await other.send('Debugger.enable');
  await other.send('Debugger.pause');
  await paused;
}

describe.each([18, 24])('on Node %i', (major) => {
  test('a stop in a worker is claimed for the worker, and one in the main thread for that', async () => {
    const child = spawn(nodeBinary(major), ['--inspect=127.0.0.1:0', TWO_LOOPS, 'child'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const url = await new Promise<string>((resolve) => {
        child.stdout.setEncoding('utf8').once('data', (line: string) => resolve(line.trim().split(' ')[2]!));
      });
      const other = await connect(url);
      others.push(other);
      const expression = `new (require('node:worker_threads').Worker)(${JSON.stringify(TWO_LOOPS)}, { argv: ['child'] }); 0`;
      await other.send('Runtime.evaluate', { expression, includeCommandLineAPI: true });
      session = await Session.open();
      const args = { websocketAddress: url, besideDebugger: true } as never;
      await Promise.all([session.client.waitForEvent('initialized'), session.client.attachRequest(args)]);
      await session.client.configurationDoneRequest();
      const worker = await new Promise<Connection>((resolve, reject) => {
        followWorkers(other, 'running', ({ connection }) => resolve(connection)).catch(reject);
      });
      await stopBy(other);
      await stopBy(worker);
      const claim = (workerId: number): Promise<unknown> =>
        session.client.customRequest('looplens/claim', { processId: child.pid, workerId });
      await claim(1);
      const inWorker = await session.stop();
      const { threads } = (await session.client.threadsRequest()).body;
      expect(threads.find(({ id }) => id === inWorker.threadId)?.name).toMatch(/worker 1/);
      await claim(0);
      expect((await session.stop()).threadId).toBe(1);
    } finally {
      child.kill('SIGKILL');
    }
  });

  test('a debugger of a child process leaves the other processes of the session alone', async () => {
    session = await Session.open();
    await session.launch(major, TWO_LOOPS);
    await session.until('child ');
    const line = session.output.map(({ output }) => output).find((text) => text.startsWith('child '))!;
    const [, pid, url] = line.trim().split(' ');
    const other = await connect(url!);
    others.push(other);
    const processIds = [Number(pid)];
    await session.client.customRequest('looplens/beside', { another: true, processIds });
    await stopBy(other);
    // Alone with the main process: its exceptions stop, those of the child are left to the other debugger.
    await session.exceptions({ filterId: 'uncaught' });
    await session.client.customRequest('looplens/claim', { processId: processIds[0], workerId: 0 });
    const stop = await session.stop();
    const { threads } = (await session.client.threadsRequest()).body;
    expect(threads.find(({ id }) => id === stop.threadId)?.name).toContain(`process ${pid}`);
    await session.client.continueRequest({ threadId: stop.threadId! });
  });
});
