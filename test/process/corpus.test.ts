import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { judge, readLabels } from '../bench/findings-labels.mjs';
import type { Label } from '../bench/findings-labels.mjs';
import { recordProgram, startServices, temporaryFolder } from '../bench/findings-run.mjs';
import { nodeBinary } from '../setup/nodes.mjs';

// A few that are quick and have room to spare; all of them are what `npm run bench:findings` is for.
const PROGRAMS = [
  'blocked/retry-sleep.cjs',
  'promises/mail-queue.mjs',
  'waits/polite-scraper.cjs',
  'waits/checkout.mjs',
  'clean/consumer.mjs',
  'clean/debounce.cjs',
];
const labels = readLabels();
let services: Awaited<ReturnType<typeof startServices>>;

beforeAll(async () => {
  services = await startServices();
});
afterAll(() => services.close());

test('the corpus is large, and every label names a line', () => {
  expect(labels.length).toBeGreaterThanOrEqual(60);
  expect(labels.filter(({ expect: wanted }) => wanted.length === 0).length).toBeGreaterThanOrEqual(20);
  for (const { expect: wanted } of labels)
    for (const { places } of wanted) expect(places?.length).not.toBe(0);
});

test.each(PROGRAMS)('%s: what is there is found, and nothing else', async (name) => {
  const label = labels.find((known) => known.name === name) as Label;
  const { report, output, code } = await recordProgram(label, {
    cli: path.resolve('dist/cli/looplens.cjs'),
    node: nodeBinary(24),
    cwd: process.cwd(),
    env: {},
    services,
    folder: temporaryFolder(),
  });
  expect(report, `exit code ${String(code)}: ${output}`).toBeDefined();
  const { found, wrong } = judge(label, report!.findings, output, {}, process.cwd());
  // A crowded machine loads Node's own modules slowly, and it is right to say so.
  expect(wrong.filter(({ cause }) => cause !== 'module-load')).toEqual([]);
  expect(found.filter(({ finding }) => finding === undefined)).toEqual([]);
});
