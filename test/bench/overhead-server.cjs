// The server that the overhead benchmark loads: about 120 async events a request, as a small service with a few layers
// has. GET /work does the work; GET /cpu answers the main thread's CPU time in ns.
'use strict';
const fs = require('node:fs');
const http = require('node:http');

const tick = () => new Promise((resolve) => setImmediate(resolve));
const cache = new Map();

async function load(key) {
  const known = cache.get(key);
  if (known) return known;
  const value = { key, text: 'x'.repeat(200) };
  await null;
  cache.set(key, value);
  return value;
}

async function validate(input) {
  await null;
  if (!input) throw new Error('empty');
  return input;
}

async function item(k) {
  const key = await validate(`k${k % 50}`);
  const value = await load(key);
  return { ...value, k };
}

async function work() {
  await tick();
  const items = await Promise.all([1, 2].map(item));
  await fs.promises.stat(__filename);
  await new Promise((resolve) => setTimeout(resolve, 1));
  return JSON.stringify(items);
}

/** Of the main thread alone where the system tells (Linux), else of the whole process. */
function cpuNs() {
  try {
    return Number(fs.readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]);
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) * 1000;
  }
}

const server = http.createServer((request, response) => {
  if (request.url === '/cpu') {
    response.end(String(cpuNs()));
    return;
  }
  work().then(
    (text) => response.end(text),
    () => response.writeHead(500).end(),
  );
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
