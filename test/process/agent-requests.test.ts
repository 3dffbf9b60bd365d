// Requests and messages that come in, and what the program asks of others, by label and with their ends.
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Op, OperationKind, RequestKind } from '../../src/model/event.ts';
import { VERSIONS } from '../setup/nodes.mjs';
import type { AgentRun } from './agent-host.ts';
import { messagesOf, runWithAgent } from './agent-host.ts';

const MAJORS = Object.keys(VERSIONS).map(Number);
const WS = JSON.stringify(createRequire(import.meta.url).resolve('ws'));

const PROGRAM = `
const { once } = require('node:events');
const { fork, spawn } = require('node:child_process');
const { Worker } = require('node:worker_threads');
const http = require('node:http');
const http2 = require('node:http2');
const { WebSocket, WebSocketServer } = require(${WS});
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

if (process.argv[2] === 'child') process.on('message', (text) => { process.send('answer ' + text); process.disconnect(); });
else main();

async function main() {
  const server = http.createServer((request, response) => {
    response.statusCode = 201;
    response.end('ok');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address();
  const url = 'http://127.0.0.1:' + port;
  await new Promise((resolve) => http.get(url.replace('//', '//user:secret@') + '/plain?token=secret', (answer) => answer.resume().on('end', resolve)));
  await (await fetch(url + '/fetched?token=secret')).text();
  const unused = require('node:net').createServer();
  await once(unused.listen(0, '127.0.0.1'), 'listening');
  const closed = unused.address().port;
  await new Promise((resolve) => unused.close(resolve));
  await new Promise((resolve) => http.get('http://127.0.0.1:' + closed + '/refused').on('error', resolve));

  const h2 = http2.createServer((request, response) => { response.writeHead(202); response.end('ok'); });
  await once(h2.listen(0, '127.0.0.1'), 'listening');
  const session = http2.connect('http://127.0.0.1:' + h2.address().port);
  for (const route of ['/h2', '/h2/again']) {
    const stream = session.request({ ':path': route + '?token=secret' });
    stream.resume();
    await once(stream, 'close');
  }
  session.close();
  h2.close();

  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => socket.on('message', (text) => socket.send('answer ' + text)));
  const client = new WebSocket('ws://127.0.0.1:' + port + '/chat');
  await once(client, 'open');
  await pause(60);
  for (let k = 0; k < 3; k++) { client.send('x' + k); await once(client, 'message'); }
  client.close();
  sockets.close();

  const worker = new Worker('const { parentPort } = require("node:worker_threads"); parentPort.postMessage(1); parentPort.postMessage(2);', { eval: true });
  worker.on('message', () => undefined);
  await once(worker, 'exit');

  const child = fork(__filename, ['child'], { execArgv: [] });
  const answer = once(child, 'message');
  child.send('hello');
  console.log(String(await answer));
  if (child.exitCode === null) await once(child, 'exit');
  const failing = spawn(process.execPath, ['-e', 'process.exit(4)', '--', 'secret']);
  await once(failing, 'exit');
  await pause(250);
  await agent.stop();
  console.log('after', child.listenerCount('exit'));
  server.closeAllConnections();
  server.close();
}
`;

interface Followed {
  label: string;
  kind: number;
  /** Status; undefined while it has no end. */
  end: number | undefined;
}

function followed(run: AgentRun, start: Op, end: Op): Followed[] {
  const labels = new Map(messagesOf(run, 'label').map(({ i, text }) => [i, text]));
  const ends = new Map(run.events.filter(({ op }) => op === end).map(({ id, extra }) => [id, extra]));
  return run.events
    .filter(({ op }) => op === start)
    .map(({ id, extra, b }) => ({
      label: labels.get(b)!.replace(/:\d+\//, '/'),
      kind: extra,
      end: ends.get(id),
    }));
}

describe.each(MAJORS)('on Node %i', (major) => {
  test('requests, messages and operations are followed, and no secret is in a label', async () => {
    const run = await runWithAgent(major, PROGRAM);
    expect(run.stderr.replace(/.*Warning.*\n|.*--trace-warnings.*\n/g, '')).toBe('');
    expect(run.code).toBe(0);
    const { Http, Http2, WebSocket, Message } = RequestKind;
    expect(followed(run, Op.RequestStart, Op.RequestEnd)).toEqual([
      { label: 'GET /plain', kind: Http, end: 201 },
      { label: 'GET /fetched', kind: Http, end: 201 },
      { label: 'GET /h2', kind: Http2, end: 202 },
      { label: 'GET /h2/again', kind: Http2, end: 202 },
      ...Array.from({ length: 3 }, () => ({ label: 'WebSocket message', kind: WebSocket, end: undefined })),
      // Node 18 does not tell of workers and children as they are made.
      ...(major === 18
        ? []
        : [
            { label: 'message of a worker', kind: Message, end: undefined },
            { label: 'message of a worker', kind: Message, end: undefined },
          ]),
      { label: 'message of a child process', kind: Message, end: undefined },
    ]);
    const name = path.basename('program.cjs');
    const operations = followed(run, Op.OperationStart, Op.OperationEnd);
    expect(operations.filter(({ kind }) => kind !== OperationKind.Http2)).toEqual([
      { label: 'GET http://127.0.0.1/plain', kind: OperationKind.Http, end: 201 },
      { label: 'GET http://127.0.0.1/fetched', kind: OperationKind.Fetch, end: 201 },
      { label: 'GET http://127.0.0.1/refused', kind: OperationKind.Http, end: 0xffffff },
      { label: 'GET http://127.0.0.1/chat', kind: OperationKind.Http, end: 0xffffff },
      { label: `node ${name}`, kind: OperationKind.ChildProcess, end: 0 },
      { label: 'node', kind: OperationKind.ChildProcess, end: 4 },
    ]);
    expect(operations.filter(({ kind }) => kind === OperationKind.Http2)).toEqual(
      major < 22
        ? []
        : [
            { label: 'GET http://127.0.0.1/h2', kind: OperationKind.Http2, end: 202 },
            { label: 'GET http://127.0.0.1/h2/again', kind: OperationKind.Http2, end: 202 },
          ],
    );
    expect(JSON.stringify(run.messages)).not.toContain('secret');
    expect(run.stdout.trim().split('\n').at(-1)).toBe('after 0');
  });
});

/** A server that tells its routes as fastify does: only while somebody listens. */
const ROUTED = `
const http = require('node:http');
const channel = require('node:diagnostics_channel').channel('tracing:fastify.request.handler:start');
const server = http.createServer((request, response) => {
  if (channel.hasSubscribers) channel.publish({ reply: { raw: response }, route: { url: '/items/:id' } });
  response.end();
});
const ask = (path) => new Promise((resolve) =>
  http.get({ port: server.address().port, host: '127.0.0.1', path, agent: false }, (answer) => answer.resume().on('end', resolve)));
server.listen(0, '127.0.0.1', async () => {
  await ask('/items/1');
  while (channel.hasSubscribers) await new Promise((resolve) => setTimeout(resolve, 50));
  await ask('/items/1?again');
  const unheard = !channel.hasSubscribers;
  await ask('/items/2');
  console.log(unheard, channel.hasSubscribers);
  await agent.stop();
  console.log(channel.hasSubscribers);
  server.close();
});
`;

test.each([18, 24])(
  'Node %i: a framework whose routes are all known is not listened to, and its routes are told',
  async (major) => {
    const run = await runWithAgent(major, ROUTED);
    expect(run.stdout.trim().split('\n')).toEqual(['true true', 'false']);
    const labels = new Map(messagesOf(run, 'label').map(({ i, text }) => [i, text]));
    const routes = run.events.filter(({ op }) => op === Op.RequestEnd).map(({ b }) => labels.get(b));
    expect(routes).toEqual(Array.from({ length: 3 }, () => 'GET /items/:id'));
  },
);
