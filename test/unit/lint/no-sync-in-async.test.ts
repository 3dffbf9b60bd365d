import { testRule } from './harness.ts';

const IMPORT = `import fs from 'node:fs';\n`;

testRule('no-sync-in-async', {
  valid: [
    { name: 'a plain function', code: `${IMPORT}export function f() { return fs.readFileSync('a'); }` },
    {
      name: 'start-up in an async main',
      code: `${IMPORT}async function main() { fs.readFileSync('a'); }\nmain();`,
    },
    { name: 'a quick look-up', code: `${IMPORT}export async function f() { return fs.existsSync('a'); }` },
    {
      name: 'a command',
      code: `${IMPORT}export async function f() { fs.readFileSync('a'); process.exit(1); }`,
    },
    {
      name: 'a handler, which another rule answers for',
      code: `${IMPORT}import http from 'http';\nhttp.createServer(async (req, res) => { res.end(fs.readFileSync('a')); });`,
    },
  ],
  invalid: [
    {
      name: 'a direct call',
      code: `${IMPORT}export async function f() {\n  return fs.readFileSync('a').toString();\n}`,
      lines: [3],
      message: 'inside the async function f',
      confidence: 'likely',
      fixed: `${IMPORT}export async function f() {\n  return (await fs.promises.readFile('a')).toString();\n}`,
    },
    {
      name: 'a named import, with a new import for the fix',
      code: `import { readFileSync } from 'node:fs';\nexport const f = async () => {\n  const text = readFileSync('a', 'utf8');\n  return text;\n};`,
      lines: [3],
      fixed: `import { readFile } from 'node:fs/promises';\nimport { readFileSync } from 'node:fs';\nexport const f = async () => {\n  const text = await readFile('a', 'utf8');\n  return text;\n};`,
    },
    {
      name: 'a callback that the async function runs at once: no fix, as it is not async itself',
      code: `${IMPORT}export async function f(files) {\n  return files.map((file) => fs.readFileSync(file));\n}`,
      lines: [3],
      fixed: null,
    },
    {
      name: 'no promise form with the same value',
      code: `${IMPORT}export async function f() {\n  return fs.openSync('a', 'r');\n}`,
      lines: [3],
      fixed: null,
    },
    {
      name: 'an option that the promise form does not have',
      code: `${IMPORT}export async function f() {\n  return fs.statSync('a', { throwIfNoEntry: false });\n}`,
      options: [{ lookUps: 'report' }],
      lines: [3],
      fixed: null,
    },
    {
      name: 'a name that is taken',
      code: `import { readFileSync } from 'fs';\nconst readFile = 1;\nexport async function f() {\n  return readFileSync('a') + readFile;\n}`,
      lines: [4],
      fixed: null,
    },
  ],
});
