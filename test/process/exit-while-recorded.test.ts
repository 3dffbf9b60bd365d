import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { nodeBinary } from '../setup/nodes.mjs';

const LOOPLENS = path.resolve('dist/cli/looplens.cjs');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-exit-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

// It holds the loop now and then, so that the agent's worker has read its stack, and ends by itself.
const PROGRAM = `
  setInterval(() => { const end = Date.now() + 30; while (Date.now() < end); }, 100);
  setTimeout(() => process.exit(7), 6000);
`;

test.each([18, 20, 22, 24, 26])(
  'a program on Node %i that exits while it is recorded does exit',
  async (major) => {
    const program = spawn(nodeBinary(major), ['--inspect-port=0', '-e', PROGRAM], { stdio: 'ignore' });
    const ended = new Promise<number | null>((resolve) => program.once('exit', resolve));
    try {
      const out = path.join(folder, `${major}.looplens`);
      const args = [
        'record',
        '--pid',
        String(program.pid),
        '--duration',
        '60s',
        '--out',
        out,
        '--format',
        'json',
      ];
      const recorder = spawn(process.execPath, [LOOPLENS, ...args], { stdio: 'ignore' });
      const code = await new Promise((resolve) => recorder.once('exit', resolve));
      expect(code).toBe(0);
      expect(await ended).toBe(7);
    } finally {
      program.kill('SIGKILL');
    }
  },
);
