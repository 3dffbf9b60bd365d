// A program under load and under the recorder: what several benchmarks need.
import autocannon from 'autocannon';
import esbuild from 'esbuild';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { agentAsText, withoutBrowserProtocol } from '../../esbuild.plugins.mjs';
import { nodeBinary } from '../setup/nodes.mjs';
import { prepare, ROOT } from '../setup/project.mjs';

const CLI = path.join(ROOT, 'dist/cli/looplens.cjs');

/**
 * Starts a server (its first line of output is its port), loads it and records it for so many seconds.
 *
 * @param {object} options
 * @param {string | number} options.major of the Node that runs it
 * @param {string} options.server file in this folder
 * @param {string[]} options.paths requested in turn
 * @param {string} options.out the recording
 * @param {number} options.seconds
 * @param {number} [options.connections]
 * @param {string[]} [options.execArgv]
 * @param {Record<string, string>} [options.env]
 * @param {string} [options.budget] most of the main thread's time that recording may take
 * @param {(url: string) => Promise<unknown>} [options.onEnd] called when recording has ended, still under load; its answer is ours
 */
export async function recordUnderLoad(options) {
  const { major, server, paths, out, seconds, connections = 60, execArgv = [], env = {}, budget } = options;
  await prepare((text) => process.stderr.write(text));
  const child = spawn(
    nodeBinary(major),
    [...execArgv, '--inspect-port=0', path.join(ROOT, 'test/bench', server)],
    {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const exited = once(child, 'exit');
  try {
    const [port] = await once(child.stdout, 'data');
    const url = `http://127.0.0.1:${String(port).trim()}`;
    const load = autocannon({
      url,
      connections,
      duration: seconds + 60,
      requests: paths.map((each) => ({ path: each })),
    });
    try {
      const args = ['record', '--pid', String(child.pid), '--duration', `${String(seconds)}s`, '--out', out];
      if (budget !== undefined) args.push('--budget', budget);
      const recorder = spawn(process.execPath, [CLI, ...args, '--format', 'json'], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const recorded = once(recorder, 'close');
      let said = '';
      await new Promise((resolve, reject) => {
        recorder.stderr.on('data', (text) => {
          said += text;
          if (said.includes('Recording')) resolve(undefined);
        });
        void recorded.then(() => reject(new Error(`recording ended before it began: ${said.slice(-500)}`)));
      });
      const [code] = await recorded;
      // What lies at its place may be an older one.
      if (code !== 0) throw new Error(`recording ended with code ${code}: ${said.slice(-500)}`);
      return await options.onEnd?.(url);
    } finally {
      load.stop();
    }
  } finally {
    child.kill();
    await exited;
  }
}

/** A module of ours, compiled for this process. @param {string} entry below the root */
export async function load(entry) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(ROOT, entry)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

/**
 * A module of the recorder as a file that `require` takes, beside the workers that it starts; the caller's to remove.
 *
 * @param {string} entry below the root
 */
export async function recorderFile(entry) {
  await prepare((text) => process.stderr.write(text));
  const outfile = path.join(ROOT, `dist/bench-${process.pid}.cjs`);
  await esbuild.build({
    entryPoints: [path.join(ROOT, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
    define: { LOOPLENS_VERSION: '"bench"' },
    plugins: [agentAsText, withoutBrowserProtocol],
  });
  return outfile;
}

/**
 * What runs in a thread that records: until it is told to stop. It says how many events there are, and the trailer at the
 * end. `workerData`: the recorder's file, `pid`, `out`, `mode`, and how long it stands still for each batch, `slowMs`.
 */
export const RECORDER_THREAD = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { recorder, pid, out, mode, slowMs } = workerData;
  const stop = new AbortController();
  parentPort.on('message', () => stop.abort());
  const halt = new Int32Array(new SharedArrayBuffer(4));
  const slowed = (writer) => ({
    events: (batch) => {
      Atomics.wait(halt, 0, 0, slowMs);
      writer.events(batch);
    },
  });
  const slow = (writer) =>
    new Proxy(writer, {
      get: (_, key) => {
        const value = slowed(writer)[key] ?? writer[key];
        return typeof value === 'function' ? value.bind(writer) : value;
      },
    });
  require(recorder)
    .record({ kind: 'pid', pid }, {
      out,
      mode,
      // The whole of the mode is measured, whatever it costs.
      budget: 1,
      signal: stop.signal,
      ...(slowMs > 0 && { tap: slow }),
      onProgress: ({ phase, events }) => phase === 'recording' && parentPort.postMessage({ events }),
    })
    .then(({ trailer }) => parentPort.postMessage({ trailer }));
`;
