import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const CONFIG = '.dependency-cruiser.cjs';

interface Rule {
  name: string;
  to: { pathNot?: string };
}
const { forbidden } = createRequire(import.meta.url)(path.join(ROOT, CONFIG)) as { forbidden: Rule[] };

describe('the layer check catches', () => {
  /** Each file breaks one rule, or none. */
  const files = {
    'src/base/sound.ts': 'export const sound = 1;',
    'src/model/sound.ts': "import { sound } from '../base/sound.ts';\nexport const louder = sound + 1;",
    'src/model/upwards.ts': "import { walk } from '../analysis/walk.ts';\nexport const up = walk;",
    'src/analysis/walk.ts': 'export const walk = 1;',
    'src/analysis/reads.ts': "import fs from 'node:fs';\nexport const read = fs.readFileSync;",
    'src/report/parses.ts': "import { Command } from 'commander';\nexport const parser = Command;",
    'src/recorder/deep.ts':
      "import { inject } from '../inspector/inject.ts';\nimport type { Port } from '../inspector/ports.ts';\nexport const deep = (_: Port) => inject;",
    'src/inspector/inject.ts': 'export const inject = 1;',
    'src/inspector/ports.ts': 'export interface Port { n: number }',
    'src/cli/one.ts': "import { two } from './two.ts';\nexport const one = () => two;",
    'src/cli/two.ts': "import { one } from './one.ts';\nexport const two = () => one;",
    'src/cli/cheats.ts': "import { fake } from '../../test/fake.ts';\nexport const cheat = fake;",
    'test/fake.ts': 'export const fake = 1;',
  };
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-layers-'));
  let violations: string[] = [];

  beforeAll(async () => {
    for (const [name, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      fs.writeFileSync(path.join(folder, name), text);
    }
    for (const name of [CONFIG, 'tsconfig.json'])
      fs.copyFileSync(path.join(ROOT, name), path.join(folder, name));
    fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
    violations = await cruise(folder);
  });
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

  test.each([
    ['a room that imports one above it', 'law-of-imports-model: src/model/upwards.ts'],
    ["a room that goes past another's ports", 'law-of-imports-recorder: src/recorder/deep.ts'],
    ['a built-in module in a room without input and output', 'built-ins-analysis: src/analysis/reads.ts'],
    ['a package in a room it does not belong to', 'third-party-report: src/report/parses.ts'],
    ['a cycle', 'no-cycles: src/cli/one.ts'],
    ['a test that is imported', 'nothing-imports-tests: src/cli/cheats.ts'],
  ])('%s', (_, violation) => {
    expect(violations).toContain(violation);
  });

  test('and nothing that is allowed', () => {
    expect(violations.filter((v) => v.endsWith('sound.ts') || v.endsWith('walk.ts'))).toEqual([]);
    expect(violations.filter((v) => v.includes('recorder'))).toHaveLength(1);
  });
});

describe('the map, src/README.md', () => {
  const rows = tableOfImports();
  const rooms = forbidden.flatMap(({ name }) => /^law-of-imports-(.+)$/.exec(name)?.[1] ?? []);

  test('has a row for every room that exists, and no other', () => {
    const folders = fs
      .readdirSync(path.join(ROOT, 'src'), { withFileTypes: true })
      .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
    expect([...rows.keys()].sort()).toEqual([...rooms].sort());
    expect(folders.filter((folder) => !rows.has(folder))).toEqual([]);
  });

  test.each(rooms)('tells what %s may import', (room) => {
    const allowed = new RegExp(rule(`law-of-imports-${room}`).to.pathNot ?? '^$');
    const checked = rooms.filter((other) => other !== room && allowed.test(`src/${other}/x.ts`));
    if (room !== 'inspector' && !checked.includes('inspector'))
      checked.push(...PORTS.filter((port) => allowed.test(`src/${port}.ts`)));
    expect(rows.get(room)?.imports.toSorted()).toEqual(checked.sort());
  });

  test.each(rooms)('tells which packages belong to %s', (room) => {
    const allowed = new RegExp(rule(`third-party-${room}`).to.pathNot ?? '^$');
    const { dependencies } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const checked = Object.keys(dependencies).filter((name) => allowed.test(`node_modules/${name}/x.js`));
    expect(checked.filter((name) => !rows.get(room)?.packages.includes(name))).toEqual([]);
  });
});

/** Files of a room that others may import where the room itself is closed to them. */
const PORTS = ['inspector/ports', 'inspector/heap-port'];

function rule(name: string): Rule {
  const found = forbidden.find((r) => r.name === name);
  if (!found) throw new Error(`No rule is called ${name}.`);
  return found;
}

/** Rows `| room | may import | Node's modules | packages |`. */
function tableOfImports(): Map<string, { imports: string[]; packages: string[] }> {
  const map = fs.readFileSync(path.join(ROOT, 'src/README.md'), 'utf8');
  const table = map.slice(map.search(/^\| room +\| may import/m)).split('\n\n')[0]!;
  const names = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
  return new Map(
    table
      .split('\n')
      .slice(2)
      .map((line) => {
        const [, room = '', imports = '', , packages = ''] = line.split('|');
        return [names(room)[0]!, { imports: names(imports), packages: names(packages) }];
      }),
  );
}

function cruise(folder: string): Promise<string[]> {
  const cli = path.join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [cli, 'src', '--config', CONFIG, '--output-type', 'json'];
  return new Promise((resolve, reject) => {
    // It exits with the number of violations.
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 64 << 20 }, (_, stdout, stderr) => {
      try {
        const { summary } = JSON.parse(stdout) as {
          summary: { violations: { rule: { name: string }; from: string }[] };
        };
        resolve(summary.violations.map((v) => `${v.rule.name}: ${v.from}`));
      } catch {
        reject(new Error(stderr || stdout));
      }
    });
  });
}
