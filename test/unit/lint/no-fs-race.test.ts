import { testRule } from './harness.ts';

const code = (body: string): string =>
  `import fs from 'node:fs';\nexport async function f(p, q) {\n  ${body}\n}`;

testRule('no-fs-race', {
  valid: [
    {
      name: 'a use that the check does not decide',
      code: `import fs from 'fs'; export async function f(file) { if (!fs.existsSync(file)) { clear(); } await g(); use(fs.readFileSync(file)); }`,
    },
    {
      name: 'nobody waits',
      code: `import fs from 'fs'; export function f(file) { if (fs.existsSync(file)) return fs.readFileSync(file); }`,
    },
    { name: 'no check', code: code('return await fs.promises.readFile(p);') },
    { name: 'another path', code: code('if (fs.existsSync(p)) return await fs.promises.readFile(q);') },
    { name: 'only the check', code: code('return fs.existsSync(p);') },
    { name: 'at start-up', code: 'import fs from "fs";\nif (fs.existsSync("a")) fs.readFileSync("a");' },
  ],
  invalid: [
    {
      name: 'exists, then read',
      code: code('if (fs.existsSync(p)) return await fs.promises.readFile(p);'),
      lines: [3],
      message: 'handle ENOENT',
    },
    {
      name: 'exists, then mkdir',
      code: code('if (!fs.existsSync(p)) await fs.promises.mkdir(p);'),
      lines: [3],
      message: 'recursive',
    },
    {
      name: 'access, then open',
      code: code('await fs.promises.access(p);\n  return await fs.promises.open(p);'),
      lines: [3],
      message: 'line 4',
    },
    {
      name: 'a folder',
      code: "import fs from 'fs';\nexport async function f(p) { if (!fs.existsSync(p)) { fs.mkdirSync(p); } }",
      lines: [2],
      message: 'recursive',
    },
    {
      name: 'anywhere, where asked',
      options: [{ where: 'any' }],
      code: "import fs from 'fs';\nexport function f(p) { if (fs.existsSync(p)) { return fs.readFileSync(p); } }",
      lines: [2],
    },
    {
      name: 'before a removal',
      code: "import fs from 'fs';\nexport async function f(p) { if (fs.existsSync(p)) { fs.unlinkSync(p); } }",
      lines: [2],
    },
  ],
});
