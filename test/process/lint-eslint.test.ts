import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ESLint, type Linter } from 'eslint';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** The built plugin, as other projects get it. */
const PLUGIN = path.resolve('dist/eslint.mjs');
interface Plugin {
  rules: Record<string, unknown>;
  configs: Record<'recommended' | 'strict', Linter.Config>;
}
let plugin: Plugin;
let folder: string;
beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-eslint-'));
  plugin = ((await import(PLUGIN)) as { default: Plugin }).default;
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const CODE = `import fs from 'node:fs';
import http from 'node:http';
http.createServer((request, response) => {
  response.end(fs.readFileSync('a'));
});
export function save() { fs.writeFileSync('a', 'b'); }
`;

async function rulesOf(preset: 'recommended' | 'strict'): Promise<(string | null)[]> {
  const eslint = new ESLint({
    cwd: folder,
    overrideConfigFile: true,
    overrideConfig: [plugin.configs[preset]],
  });
  const [result] = await eslint.lintText(CODE, { filePath: path.join(folder, 'a.js') });
  return result!.messages.map(({ ruleId }) => ruleId);
}

it('runs in ESLint with its own parser', async () => {
  expect(await rulesOf('recommended')).toEqual(['looplens/no-sync-in-handler']);
  expect(await rulesOf('strict')).toEqual(['looplens/no-sync-in-handler', 'looplens/no-sync']);
});

it('is what package.json names, and has the schema of the configuration', () => {
  const { exports } = JSON.parse(fs.readFileSync('package.json', 'utf8')) as {
    exports: Record<string, string>;
  };
  expect(path.resolve(exports['./eslint']!)).toBe(PLUGIN);
  const schema = JSON.parse(fs.readFileSync(exports['./looplens.config.schema.json']!, 'utf8')) as {
    properties: { rules: { properties: Record<string, unknown> } };
  };
  expect(Object.keys(schema.properties.rules.properties)).toEqual(Object.keys(plugin.rules));
});

it('gives the same to a program of its own', () => {
  fs.writeFileSync(path.join(folder, 'a.js'), CODE);
  fs.writeFileSync(
    path.join(folder, 'eslint.config.mjs'),
    `import looplens from ${JSON.stringify(`file://${PLUGIN}`)};\nexport default [looplens.configs.recommended];\n`,
  );
  const eslint = path.resolve('node_modules/eslint/bin/eslint.js');
  const output = execFileSync(process.execPath, [eslint, '--format', 'json', '.'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const results = JSON.parse(output) as { messages: { ruleId: string }[] }[];
  expect(results.flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId))).toContain(
    'looplens/no-sync-in-handler',
  );
});
