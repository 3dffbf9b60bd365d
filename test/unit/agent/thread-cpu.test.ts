import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { mainThreadCpu } from '../../../src/agent/thread-cpu.ts';

const used = ({ user, system } = process.cpuUsage()): number => user + system;

test('is the main thread where the system tells of threads, else the whole process', () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-proc-'));
  const folder = path.join(root, 'self', 'task', String(process.pid));
  const file = path.join(folder, 'schedstat');
  try {
    const before = used();
    expect(mainThreadCpu(root)()).toBeGreaterThanOrEqual(before);
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(file, '0 0 0\n');
    expect(mainThreadCpu(root)()).toBeGreaterThanOrEqual(before);
    fs.writeFileSync(file, '5000000 700 3\n');
    const cpuUs = mainThreadCpu(root);
    expect(cpuUs()).toBe(5000);
    fs.writeFileSync(file, '17000400 900 4\n');
    expect(cpuUs()).toBe(17_000);
  } finally {
    fs.rmSync(root, { recursive: true, force: true });
  }
});

test.runIf(process.platform === 'linux')('grows with what the main thread does', () => {
  const cpuUs = mainThreadCpu();
  const before = cpuUs();
  const end = Date.now() + 30;
  while (Date.now() < end);
  expect(cpuUs()).toBeGreaterThan(before);
});
