import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { listTargets } from '../../src/session/targets.ts';
import { openInspector } from '../../src/inspector/activate.ts';
import { nodeBinary, VERSIONS } from '../setup/nodes.mjs';
import { PROGRAMS, startProgram } from './program.ts';

const ends: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const end of ends) await end();
});

test('lists what can be recorded, with version, port and workers', async () => {
  const open = await startProgram(24, 'with-workers.cjs', ['--inspect=127.0.0.1:0']);
  const closed = await startProgram(20, 'problems.cjs', ['--inspect-port=0']);
  ends.push(
    () => open.end(),
    () => closed.end(),
  );

  const targets = await listTargets('threads');
  const inspectable = targets.find(({ pid }) => pid === open.pid);
  expect(inspectable).toMatchObject({ state: 'inspectable', host: '127.0.0.1', node: `v${VERSIONS[24]}` });
  expect(inspectable?.port).toBeGreaterThan(0);
  expect(inspectable?.script).toMatch(/with-workers\.cjs$/);
  expect(inspectable?.workers.map(({ name }) => name).sort()).toEqual([
    '[worker 1] outer',
    '[worker 2] inner',
  ]);

  const activatable = targets.find(({ pid }) => pid === closed.pid);
  expect(activatable).toMatchObject({ state: 'activatable', workers: [] });
  if (process.platform === 'linux') expect(activatable?.node).toBe(`v${VERSIONS[20]}`);
  expect(targets.some(({ pid }) => pid === process.pid)).toBe(false);
});

test('opens the inspector of a process whose port is told by NODE_OPTIONS', async () => {
  const child = spawn(nodeBinary(24), [path.join(PROGRAMS, 'problems.cjs')], {
    env: { ...process.env, NODE_OPTIONS: '--inspect-port=0' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  ends.push(async () => {
    if (child.kill('SIGKILL')) await once(child, 'exit');
  });
  await once(child.stdout, 'data');
  const { endpoint, activated } = await openInspector(child.pid!);
  expect(activated).toBe(true);
  expect(endpoint.port).not.toBe(9229);
  // Found again, by what the system tells of its environment.
  if (process.platform === 'linux') {
    const again = (await listTargets('processes')).find(({ pid }) => pid === child.pid);
    expect(again).toMatchObject({ state: 'inspectable', port: endpoint.port });
  }
});

test('finds the inspector that a program opened by itself, and leaves it open', async () => {
  const code = `require('node:inspector').open(0, '127.0.0.1'); setInterval(() => undefined, 1_000); console.log('open');`;
  const child = spawn(nodeBinary(24), ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
  ends.push(async () => {
    if (child.kill('SIGKILL')) await once(child, 'exit');
  });
  await once(child.stdout, 'data');
  expect(await openInspector(child.pid!)).toMatchObject({ activated: false });
});
