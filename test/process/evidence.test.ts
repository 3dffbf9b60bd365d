// What was measured is found again after edits: a program is recorded, its source is changed, and its hints are asked for.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Report } from '../../src/model/finding.ts';
import { nodeBinary } from '../setup/nodes.mjs';

const CLI = path.resolve('dist/cli/looplens.cjs');
const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'looplens-evidence-'));
const recording = path.join(folder, 'run.looplens');
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const PROGRAM = `import crypto from 'node:crypto';

function count() {
  let sum = 0;
  for (let i = 0; i < 4e7; i++) sum += i % 7;
  return sum;
}

function derive(password) {
  return crypto.pbkdf2Sync(password, 'salt', 60_000, 64, 'sha512');
}

setInterval(() => derive('secret'), 60);
setInterval(() => count(), 150);
setTimeout(() => process.exit(0), 2500);
`;

function looplens(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  return stdout;
}

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: folder });

const write = (name: string, text: string) => fs.writeFileSync(path.join(folder, name), text);

/** `rule line confidence`, and `stale` where the hint says so. */
function hints(): string[] {
  const text = looplens('lint', '--no-cache', '--evidence', recording, '--format', 'json', '.');
  const { findings } = JSON.parse(text) as Report;
  return findings.map(({ rule, location, confidence, message }) =>
    [
      rule,
      `${location.file}:${location.line}`,
      confidence,
      ...(message.includes('before this line changed') ? ['stale'] : []),
    ].join(' '),
  );
}

beforeAll(() => {
  write('package.json', '{ "type": "module" }');
  write('app.js', PROGRAM);
  git('init', '-q');
  git('add', 'app.js', 'package.json');
  git('commit', '-qm', 'first');
  looplens('record', '-o', recording, '-f', 'json', '--', nodeBinary(24), 'app.js');
});

test('at once, every measured line is named once', () => {
  const all = hints();
  expect(all).toContain('no-sync-crypto app.js:10 measured');
  expect(all.filter((one) => one.startsWith('blocked-loop app.js:5 measured'))).toEqual([
    'blocked-loop app.js:5 measured',
  ]);
});

test('after edits above, around it and in another function', () => {
  write(
    'app.js',
    `// A word before.\n\n${PROGRAM.replace('let sum = 0;', 'let sum = 0;\n  let other = 1;').replace("'salt', 60_000", '"salt", 60_000')}`,
  );
  expect(hints()).toEqual(
    expect.arrayContaining(['no-sync-crypto app.js:13 measured', 'blocked-loop app.js:8 measured']),
  );
});

test('of a line that was edited and moved, the number is old and says so', () => {
  write(
    'app.js',
    `// A word before.\n${PROGRAM.replace('60_000, 64', '1000, 64').replace('sum += i % 7', 'sum += i % 5')}`,
  );
  const all = hints();
  expect(all).toContain('no-sync-crypto app.js:11 certain stale');
  expect(all.find((one) => one.startsWith('blocked-loop'))).toMatch(/stale$/);
});

test('in a file that was renamed, in the index and in a commit', () => {
  write('app.js', PROGRAM);
  git('mv', 'app.js', 'server.js');
  expect(hints()).toContain('no-sync-crypto server.js:10 measured');
  git('commit', '-qam', 'second');
  git('mv', 'server.js', 'main.js');
  write('main.js', `// A word before.\n${PROGRAM}`);
  expect(hints()).toEqual(
    expect.arrayContaining(['no-sync-crypto main.js:11 measured', 'blocked-loop main.js:6 measured']),
  );
});
