// A debugger in the editor lends us its session through a proxy: a websocket that answers `JsDebug.subscribe`.
import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import { attach } from '../../../src/inspector/attach.ts';
import type { AttachOptions } from '../../../src/inspector/attach.ts';
import { openHeap } from '../../../src/inspector/heap.ts';
import { SETTINGS } from '../../../src/inspector/inject.ts';
import { connectOrBorrow } from '../../../src/inspector/lent-session.ts';

interface Command {
  id: number;
  method: string;
  params: Record<string, unknown>;
}

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A websocket server that answers commands as `answer` says, and remembers them. */
async function serve(answer: (command: Command) => object): Promise<{ url: string; commands: Command[] }> {
  const commands: Command[] = [];
  const server = http.createServer();
  server.on('upgrade', (request, socket) => {
    const key = `${request.headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
    socket.write([...head, `Sec-WebSocket-Accept: ${accept}`, '', ''].join('\r\n'));
    closing.push(() => socket.destroy());
    socket.on('error', () => undefined);
    let rest = Buffer.alloc(0);
    socket.on('data', (data: Buffer) => {
      rest = Buffer.concat([rest, data]);
      for (let frame = readFrame(rest); frame; frame = readFrame(rest)) {
        rest = rest.subarray(frame.size);
        if (frame.opcode !== 1) return;
        const command = JSON.parse(frame.text) as Command;
        commands.push(command);
        socket.write(textFrame(JSON.stringify({ id: command.id, ...answer(command) })));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/proxy`, commands };
}

function readFrame(data: Buffer): { opcode: number; text: string; size: number } | undefined {
  if (data.length < 2) return undefined;
  const short = data[1]! & 0x7f;
  const [length, at] =
    short < 126
      ? [short, 2]
      : short === 126
        ? [data.length < 4 ? Infinity : data.readUInt16BE(2), 4]
        : [data.length < 10 ? Infinity : Number(data.readBigUInt64BE(2)), 10];
  if (data.length < at + 4 + length) return undefined;
  const mask = data.subarray(at, at + 4);
  const text = Buffer.from(data.subarray(at + 4, at + 4 + length));
  for (let k = 0; k < text.length; k++) text[k]! ^= mask[k & 3]!;
  return { opcode: data[0]! & 15, text: text.toString(), size: at + 4 + length };
}

function textFrame(text: string): Buffer {
  const body = Buffer.from(text);
  const head = body.length < 126 ? [0x81, body.length] : [0x81, 126, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from(head), body]);
}

const INFO = {
  pid: process.pid,
  node: 'v24.0.0',
  script: '',
  cwd: '/',
  originUs: 0,
  startedAt: 0,
  problems: [],
};

/** A program whose agent answers; `proxy`: in front of it is a debugger's proxy. */
function program(kind: 'proxy' | 'inspector'): (command: Command) => object {
  return ({ method, params }) => {
    if (method.startsWith('JsDebug.')) {
      return kind === 'proxy' ? { result: {} } : { error: { code: -32601, message: 'no such method' } };
    }
    if (String(params['expression']).includes(`'running'`))
      return { result: { result: { value: 'running' } } };
    if (method === 'Runtime.evaluate')
      return { result: { result: { objectId: '1', value: [1, 'v24.0.0'] } } };
    if (method === 'Runtime.getHeapUsage') return { result: { usedSize: 1 } };
    if (method === 'Runtime.callFunctionOn') return { result: { result: { value: INFO } } };
    return { result: {} };
  };
}

const disturbs = (method: string): boolean => /^(Debugger|NodeRuntime|NodeWorker)\.|\.disable$/.test(method);

const subscriptions = (commands: readonly Command[]): unknown[] =>
  commands.flatMap(({ method, params }) => (method === 'JsDebug.subscribe' ? (params['events'] as []) : []));

const options: Omit<AttachOptions, 'webSocketUrl'> = {
  settings: SETTINGS,
  follow: 'all',
  profileWorkers: 'off',
  proxy: 'possible',
  activated: false,
  local: false,
  log: silentLog,
};

describe('the session of a debugger', () => {
  test('gives events after a subscription, and keeps its own domains to itself', async () => {
    const { url, commands } = await serve(program('proxy'));
    const group = await attach({ ...options, webSocketUrl: url });
    expect(await group.sourceMapOf('file:///a.ts')).toBeUndefined();
    expect(group.first.transport).toBe('binding');
    await group.close();
    const methods = commands.map(({ method }) => method);
    expect(subscriptions(commands)).toEqual(['Runtime.bindingCalled']);
    expect(group.problems()).toMatchObject([{ code: 'thread-missing' }]);
    expect(methods).toContain('Runtime.addBinding');
    expect(methods).toContain('Profiler.start');
    expect(methods.filter(disturbs)).toEqual([]);
  });

  test('is looked into without switching off what the debugger needs', async () => {
    const { url, commands } = await serve(program('proxy'));
    const { connection, session, workers } = await connectOrBorrow(url);
    expect(session).toBe('lent');
    const port = await openHeap(connection, workers);
    const [main] = await port.threads();
    await main!.contexts();
    await main!.snapshot(() => undefined);
    await port.close();
    connection.dispose();
    const methods = commands.map(({ method }) => method);
    expect(methods).toContain('Runtime.enable');
    expect(methods.indexOf('HeapProfiler.takeHeapSnapshot')).toBeGreaterThan(
      commands.findIndex(({ params }) => JSON.stringify(params).includes('addHeapSnapshotChunk')),
    );
    expect(methods.filter(disturbs)).toEqual([]);
    await expect(connection.send('Debugger.enable')).rejects.toThrow("the session is a debugger's");
  });

  test('comes with those of its workers, where they are known', async () => {
    const { url } = await serve(program('proxy'));
    const worker = await serve(program('proxy'));
    const lent = [
      { id: '1', name: '[worker 1] resize', url: worker.url },
      // It has ended meanwhile.
      { id: '2', name: '[worker 2] resize', url: 'ws://127.0.0.1:1/gone' },
    ];
    const { connection, workers } = await connectOrBorrow(url, lent);
    const port = await openHeap(connection, workers);
    const threads = await port.threads();
    expect(threads.map(({ id, name }) => [id, name])).toEqual([
      ['main', 'main'],
      ['1', '[worker 1] resize'],
    ]);
    await threads[1]!.snapshot(() => undefined);
    await port.close();
    connection.dispose();
    const methods = worker.commands.map(({ method }) => method);
    expect(methods).toContain('HeapProfiler.takeHeapSnapshot');
    expect(methods.filter(disturbs)).toEqual([]);
  });

  test('records those workers, too', async () => {
    const { url } = await serve(program('proxy'));
    const worker = await serve(program('proxy'));
    const lentWorkers = [{ id: '1', name: '[worker 1] resize', url: worker.url }];
    const group = await attach({ ...options, webSocketUrl: url, lentWorkers });
    const found: string[] = [];
    group.onFurther((target) => found.push(`${target.id} ${target.name}`));
    await expect.poll(() => found).toEqual(['worker-1 worker resize']);
    expect(group.problems()).toEqual([]);
    await group.close();
    const methods = worker.commands.map(({ method }) => method);
    expect(subscriptions(worker.commands)).toEqual(['Runtime.bindingCalled']);
    expect(methods.filter(disturbs)).toEqual([]);
  });

  test('is not to be confused with an ordinary inspector', async () => {
    const { url, commands } = await serve(program('inspector'));
    const group = await attach({ ...options, webSocketUrl: url });
    await group.close();
    const methods = commands.map(({ method }) => method);
    expect(methods).toContain('NodeRuntime.notifyWhenWaitingForDisconnect');
    expect(methods).toContain('NodeWorker.enable');
  });
});
