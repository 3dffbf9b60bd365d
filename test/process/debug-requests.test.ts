import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { spawn } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { nodeBinary } from '../setup/nodes.mjs';
import { fixture, lineOf, Session } from './debug-client.ts';

const ORDERS = fixture('orders.cjs');
const line = (text: string): number => lineOf('orders.cjs', text);

let session: Session;
afterEach(() => session.close());

test('log points, hit counts, setting variables, completions, paging', async () => {
  session = await Session.open();
  await session.launch(24, ORDERS, async (s) => {
    await s.breakpoints(
      ORDERS,
      { line: line('const found'), logMessage: 'price of {id}: {({ a: id }).a}' },
      { line: line('let total'), hitCondition: '== 2' },
    );
  });
  await session.stop();
  const [top] = await session.frames();
  expect(await session.evaluate('id', top!.id)).toBe('2');
  const { first } = await session.locals(top!.id);
  const set = await session.client.setVariableRequest({
    variablesReference: first!.variablesReference,
    name: 'cents',
    value: '40 + 2',
  });
  expect(set.body.value).toBe('42');
  expect(await session.evaluate('first.cents', top!.id)).toBe('42');
  await expect(session.evaluate('nothing.here', top!.id)).rejects.toThrow('nothing is not defined');
  await expect(session.evaluate('first.cents = 1', top!.id, 'hover')).rejects.toThrow(/side-effect/);

  const { targets } = (
    await session.client.completionsRequest({ text: 'first.ce', column: 9, frameId: top!.id })
  ).body;
  expect(targets).toEqual([expect.objectContaining({ label: 'cents', start: 6, length: 2 })]);

  const { body: many } = await session.client.evaluateRequest({ expression: 'many', frameId: top!.id });
  expect(many.indexedVariables).toBe(5000);
  const page = await session.children(many.variablesReference, { filter: 'indexed', start: 4998, count: 2 });
  expect(Object.values(page).map(({ value }) => value)).toEqual(['4998', '4999']);
  expect(session.output.map(({ output }) => output)).toEqual(
    expect.arrayContaining(['price of 1: 1\n', 'price of 2: 2\n']),
  );
  const { sources } = (await session.client.customRequest('loadedSources')).body;
  expect(sources.map(({ path }: { path: string }) => path)).toContain(ORDERS);
});

test('exceptions, restart, workers, exit codes', async () => {
  session = await Session.open();
  await session.launch(22, fixture('worker.cjs'), async (s) => {
    await s.exceptions({ filterId: 'all', condition: 'error.code === 7' });
    await s.breakpoints(fixture('worker.cjs'), { line: lineOf('worker.cjs', 'const doubled') });
  });
  const inWorker = await session.stop();
  expect(inWorker).toMatchObject({ reason: 'breakpoint' });
  expect(inWorker.threadId).not.toBe(1);
  const { threads } = (await session.client.threadsRequest()).body;
  expect(threads.map(({ name }) => name)).toEqual(['main', expect.stringMatching(/worker/)]);
  const [top] = await session.frames(inWorker.threadId);
  expect(await session.evaluate('n', top!.id)).toBe('21');
  await session.client.continueRequest({ threadId: inWorker.threadId! });

  const thrown = await session.stop();
  expect(thrown).toMatchObject({ reason: 'exception', threadId: 1, text: 'Error: seven' });
  const info = (await session.client.customRequest('exceptionInfo', { threadId: 1 })).body;
  expect(info).toMatchObject({ exceptionId: 'Error', description: 'Error: seven' });

  await session.client.customRequest('restart');
  expect(await session.stop()).toMatchObject({ reason: 'breakpoint' });
  const ended = session.client.waitForEvent('terminated');
  await session.client.terminateRequest();
  await ended;
});

test('attaches to a running process and leaves it running', async () => {
  const child = spawn(nodeBinary(20), ['--inspect-port=0', fixture('ticks.cjs')], { stdio: 'ignore' });
  try {
    session = await Session.open();
    const arguments_ = { processId: child.pid } as never;
    await Promise.all([session.client.waitForEvent('initialized'), session.client.attachRequest(arguments_)]);
    await session.breakpoints(fixture('ticks.cjs'), { line: lineOf('ticks.cjs', 'ticks++') });
    await session.client.configurationDoneRequest();
    await session.stop();
    expect(await session.shape()).toEqual([`tick:${lineOf('ticks.cjs', 'ticks++')}`, '[setTimeout]']);
    await session.close();
    expect(child.exitCode).toBeNull();
    process.kill(child.pid!, 0);
  } finally {
    child.kill('SIGKILL');
  }
});

test('says in a sentence what cannot be debugged', async () => {
  session = await Session.open();
  const launch = (args: object): Promise<unknown> => session.client.launchRequest(args);
  const attach = (args: object): Promise<unknown> => session.client.attachRequest(args);
  await expect(launch({ program: '/no/such/file.js' })).rejects.toThrow(
    'The program "/no/such/file.js" does not exist.',
  );
  await expect(launch({})).rejects.toThrow('"program" is missing');
  await expect(launch({ program: ORDERS, runtimeExecutable: 'no-such-runtime' })).rejects.toThrow(
    /could not be started: there is no such program/,
  );
  await expect(attach({ port: 1 })).rejects.toThrow('Nothing listens at 127.0.0.1:1.');
  const server = http.createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await expect(attach({ port })).rejects.toThrow('is not the inspector of a Node.js process');
  server.close();
  await expect(attach({ processId: 999_999_9 })).rejects.toThrow('There is no process 9999999.');
  await expect(attach({})).rejects.toThrow('it is not said what to attach to');
  await expect(session.client.customRequest('reverseContinue', { threadId: 1 })).rejects.toThrow(
    'is not supported',
  );
});
