// Taking the agent out at any moment: the stop arrives as an interrupt in the middle of whatever runs, our own hooks included. What
// it leaves behind is looked for in the whole heap.
import { expect, test } from 'vitest';
import { VERSIONS } from '../setup/nodes.mjs';
import { runWithAgent } from './agent-host.ts';

const ROUNDS = 40;
/** Functions of the agent that live as long as it does: hooks of both kinds, the heartbeat, the listeners, the agent itself. */
const OURS = ['onSettled', 'stopOnce', 'undoAll', 'onBeforeExit', 'initWord', 'tick'];

const PROGRAM = `
'use strict';
const asyncHooks = require('node:async_hooks');
const diagnostics = require('node:diagnostics_channel');
const fs = require('node:fs');
const path = require('node:path');
const v8 = require('node:v8');
const { internalBinding } = require('internal/test/binding');
const { Worker } = require('node:worker_threads');
const host = process.execArgv[process.execArgv.indexOf('-r') + 1];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
// The agent's transport without a worker: nobody reads it here.
process.stderr.write = () => true;

let loaded = false;
async function load() {
  while (loaded) {
    for (let k = 0; k < 300; k++) await Promise.resolve(k).then((n) => n + 1);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const stopper = new Worker(\`
  const { parentPort } = require('node:worker_threads');
  const { Session } = require('node:inspector');
  parentPort.on('message', (ms) => setTimeout(() => {
    const session = new Session();
    session.connectToMainThread();
    session.post('Runtime.evaluate', { expression: 'globalThis.stopped = agent.stop(); 1', silent: true }, (error) => {
      session.disconnect();
      parentPort.postMessage(error ? error.message : 'asked');
    });
  }, ms));
\`, { eval: true, execArgv: [], env: {} });

function traces() {
  return JSON.stringify({
    hooks: [...internalBinding('async_wrap').async_hook_fields.slice(0, 6)],
    globals: Reflect.ownKeys(globalThis).map(String).filter((name) => !/^(agent|stopped)$/.test(name)),
    process: Reflect.ownKeys(process).map(String),
    error: Reflect.ownKeys(Error).map(String),
    listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]).filter(([, count]) => count > 0).sort(),
    channels: ['http.server.request.start', 'net.server.socket', 'undici:request:create'].map((name) => diagnostics.hasSubscribers(name)),
    handles: process._getActiveHandles().length,
    resources: process.getActiveResourcesInfo().filter((type) => type !== 'Immediate').sort(),
  });
}
function closures(names) {
  const file = v8.writeHeapSnapshot(path.join(__dirname, 'all.heapsnapshot'));
  const { snapshot, nodes, strings } = JSON.parse(fs.readFileSync(file, 'utf8'));
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const closure = types[fields.indexOf('type')].indexOf('closure');
  const counts = Object.fromEntries(names.map((name) => [name, 0]));
  for (let at = 0; at < nodes.length; at += fields.length) {
    const name = strings[nodes[at + 1]];
    if (nodes[at] === closure && Object.hasOwn(counts, name)) counts[name]++;
  }
  return counts;
}
const attach = () => {
  delete require.cache[host];
  require(host);
};

async function main() {
  await agent.stop();
  await pause(50);
  const before = traces();
  const found = [];
  for (let round = 0; round < ${ROUNDS}; round++) {
    attach();
    loaded = true;
    const lanes = [load(), load()];
    const asked = new Promise((resolve) => stopper.once('message', resolve));
    stopper.postMessage(5 + (round % 20));
    const answer = await asked;
    if (answer !== 'asked') found.push(answer);
    await stopped;
    loaded = false;
    await Promise.all(lanes);
    await pause(1);
    const id = await Promise.resolve().then(() => asyncHooks.executionAsyncId());
    if (id !== 0) found.push('round ' + round + ': promises have async ids: ' + id);
    if (traces() !== before) found.push('round ' + round + ': ' + traces() + ' not ' + before);
  }
  attach();
  await pause(50);
  const during = closures(${JSON.stringify(OURS)});
  await agent.stop();
  delete globalThis.agent;
  delete globalThis.stopped;
  delete require.cache[host];
  await pause(50);
  const after = closures(${JSON.stringify(OURS)});
  console.log(JSON.stringify({ found, during, after }));
  process.exit(0);
}
main().catch((error) => { console.log(JSON.stringify({ found: [String(error.stack)] })); process.exit(1); });
`;

test.each(Object.keys(VERSIONS).map(Number))(
  'whenever it is stopped on Node %i, nothing of the agent is left',
  async (major) => {
    // The counts of hooks are Node's own matter.
    const nodeArgs = ['--expose-internals'];
    const { stdout } = await runWithAgent(major, PROGRAM, { nodeArgs, config: { socketPath: null } });
    const { found, during, after } = JSON.parse(stdout) as {
      found: string[];
      during?: Record<string, number>;
      after?: Record<string, number>;
    };
    expect(found).toEqual([]);
    expect(Object.entries(during!).filter(([, count]) => count === 0)).toEqual([]);
    expect(after).toEqual(Object.fromEntries(OURS.map((name) => [name, 0])));
  },
);
