// How a program ended is told as it was, on all majors.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { analyzeFile } from '../../src/session/analyze.ts';
import { record } from '../../src/session/record.ts';
import { nodeBinary } from '../setup/nodes.mjs';
import { PROGRAMS } from './program.ts';

vi.stubGlobal('LOOPLENS_VERSION', '0.0.0-test');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-exits-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

describe.each([18, 20, 22, 24, 26])('a program that ends while its top level awaits, on Node %i', (major) => {
  const told = async (...args: string[]): Promise<unknown[]> => {
    const out = path.join(folder, `${major}-${args.join()}.looplens`);
    const script = path.join(PROGRAMS, 'unsettled.mjs');
    await record(
      { kind: 'command', command: nodeBinary(major), args: [script, ...args], cwd: folder },
      { out, durationMs: 30_000, onOutput: () => undefined },
    );
    const { value } = await analyzeFile(out, {});
    return value.findings.map(({ rule, location }) => [rule, path.basename(location.file), location.line]);
  };

  test('is told where, and only where it ended because of that', async () => {
    expect(await told()).toContainEqual(['exit-with-pending-await', 'unsettled.mjs', 5]);
    const rules = (await told('0')).map((finding) => (finding as string[])[0]);
    expect(rules).not.toContain('exit-with-pending-await');
  });
});
