// Where the code that runs is not what the author wrote: a minified bundle, and a loader that compiles in memory.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Frame } from '../../src/model/location.ts';
import { openRecording } from '../../src/recording/read.ts';
import { record } from '../../src/session/record.ts';
import { nodeBinary } from '../setup/nodes.mjs';

vi.stubGlobal('LOOPLENS_VERSION', '0.0.0-test');
const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'looplens-maps-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const SOURCE = `interface Job {
  ms: number;
}

enum Kind {
  Short = 'short',
}

// Far enough from the rest that a line of the generated code could be any of them.







export function work(job: Job): Kind {
  const end = Date.now() + job.ms;
  while (Date.now() < end); // spins
  return Kind.Short;
}

work({ ms: 300 });
`;
const WORK = 17;
const SPINS = 19;
const CALL = 23;
const source = path.join(folder, 'src/work.ts');
const bundle = path.join(folder, 'dist/bundle.js');
/** Compiles TypeScript when it is required, as tsx, ts-node and the loaders of swc and babel do. */
const loader = path.join(folder, 'loader.cjs');

beforeAll(async () => {
  fs.mkdirSync(path.dirname(source));
  fs.writeFileSync(source, SOURCE);
  await esbuild.build({
    entryPoints: [source],
    outfile: bundle,
    bundle: true,
    minify: true,
    sourcemap: true,
  });
  const options = {
    loader: 'ts',
    format: 'cjs',
    minifyWhitespace: true,
    sourcemap: 'inline',
    sourcefile: source,
  };
  fs.writeFileSync(
    loader,
    `const { transformSync } = require(${JSON.stringify(path.resolve('node_modules/esbuild'))});
require.extensions['.ts'] = (module, file) => {
  const text = require('node:fs').readFileSync(file, 'utf8');
  module._compile(transformSync(text, ${JSON.stringify(options)}).code, file);
};`,
  );
});

async function placesOf(name: string, major: number, args: string[]) {
  const out = path.join(folder, `${name}-${major}.looplens`);
  const target = { kind: 'command', command: nodeBinary(major), args } as const;
  await record(target, { out, durationMs: 20_000, onOutput: () => undefined });
  const { tables, profiles, stalls } = openRecording(out);
  const functions = profiles.flatMap(({ nodes }) => nodes.map(({ frame }) => tables.frames[frame]!));
  const ticks = profiles.flatMap(({ nodes }) =>
    nodes.flatMap((node) => node.ticks.map(({ line }) => ({ ...tables.frames[node.frame]!, line }))),
  );
  const held = stalls.flatMap(({ stack }) => tables.stacks[stack]!.map((id) => tables.frames[id]!));
  const ofSource = (frame: Frame): boolean => frame.file === source;
  return {
    functions: functions.filter(ofSource),
    lines: new Set([...ticks, ...held].filter(ofSource).map(({ line }) => line)),
    generated: [...functions, ...ticks, ...held].filter(({ file }) => file === bundle),
  };
}

describe.each([18, 24])('places of the author on Node %i', (major) => {
  test.each([
    ['a minified bundle', [bundle]],
    ['code that was compiled in memory', ['--require', loader, source]],
  ])('in %s', async (name, args) => {
    const { functions, lines, generated } = await placesOf(name.replaceAll(' ', '-'), major, args);
    expect(functions).toContainEqual(expect.objectContaining({ file: source, line: WORK }));
    expect(functions.every(({ unmapped }) => unmapped === undefined)).toBe(true);
    // Whatever is said of a line is said of the right one; V8's profile of a minified line tells none.
    expect([WORK, WORK + 1, SPINS, SPINS + 1, CALL]).toEqual(expect.arrayContaining([...lines]));
    expect(generated.filter(({ unmapped }) => unmapped === undefined)).toEqual([]);
  });
});
