// A server whose waits are known: every request goes through one of six ways of waiting. GET /truth?FROM,TO answers, by line of
// the await, how long callers have waited there between two moments (ms since the epoch): measured around each await.
'use strict';
const { EventEmitter, once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const { Readable, Writable } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const { setTimeout: sleep } = require('node:timers/promises');
const genericPool = require('generic-pool');

const waits = [];
/** Remembers the await on the line of the caller. `began` is read just before it. */
function waited(line, began) {
  waits.push({ line, began, ended: performance.now() });
}
/** Time waited at each line within a window. */
function truth(from, to) {
  const totals = {};
  for (const { line, began, ended } of waits) {
    const ms = Math.min(ended, to - performance.timeOrigin) - Math.max(began, from - performance.timeOrigin);
    if (ms > 0) totals[line] = (totals[line] ?? 0) + ms;
  }
  return totals;
}
const lines = fs.readFileSync(__filename, 'utf8').split('\n');
/** Line of the await that is marked with `name`. */
const at = Object.fromEntries(
  lines.flatMap((text, index) => {
    const mark = /await .*\/\/ @(\w+)$/.exec(text);
    return mark ? [[mark[1], index + 1]] : [];
  }),
);

async function plain() {
  const began = performance.now();
  await sleep(12); // @plain
  waited(at.plain, began);
}

let inFlight;
async function refresh() {
  const began = performance.now();
  await sleep(30); // @refresh
  waited(at.refresh, began);
  inFlight = undefined;
}

/** Many callers await one promise. */
async function shared() {
  const began = performance.now();
  await (inFlight ??= refresh()); // @shared
  waited(at.shared, began);
}

const queue = [];
let free = 4;
function acquire() {
  if (free > 0) {
    free--;
    return Promise.resolve();
  }
  return new Promise((resolve) => queue.push(resolve));
}
function release() {
  const next = queue.shift();
  if (next) next();
  else free++;
}

/** A pool of our own, its waiters in a list. */
async function pooled() {
  let began = performance.now();
  await acquire(); // @acquire
  waited(at.acquire, began);
  began = performance.now();
  await sleep(4); // @held
  waited(at.held, began);
  release();
}

/** A pool of a library. */
const library = genericPool.createPool(
  { create: async () => ({}), destroy: async () => undefined },
  { max: 3, min: 3 },
);
async function borrowed() {
  let began = performance.now();
  const resource = await library.acquire(); // @borrow
  waited(at.borrow, began);
  began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 3)); // @use
  waited(at.use, began);
  library.release(resource);
}

async function streamed() {
  let rest = 4;
  const source = new Readable({
    read() {
      setTimeout(() => this.push(rest-- > 0 ? 'x' : null), 2);
    },
  });
  const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
  const began = performance.now();
  await pipeline(source, sink); // @pipeline
  waited(at.pipeline, began);
}

async function signalled() {
  const emitter = new EventEmitter();
  setTimeout(() => emitter.emit('ready'), 7);
  const began = performance.now();
  await once(emitter, 'ready'); // @once
  waited(at.once, began);
}

const ways = [plain, shared, pooled, borrowed, streamed, signalled];
const server = http.createServer((request, response) => {
  if (request.url.startsWith('/truth?')) {
    const [from, to] = request.url.slice('/truth?'.length).split(',').map(Number);
    response.end(JSON.stringify({ file: __filename, ms: truth(from, to), names: at }));
  } else {
    const way = ways[request.url.slice(1)] ?? plain;
    way().then(
      () => response.end('done'),
      (error) => response.writeHead(500).end(String(error)),
    );
  }
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
