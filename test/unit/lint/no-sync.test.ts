import { testRule } from './harness.ts';

testRule('no-sync', {
  valid: [
    { name: 'module level', code: `import fs from 'node:fs';\nconst text = fs.readFileSync('a');` },
    {
      name: 'a function that only module level calls',
      code: `const fs = require('fs');\nfunction load() { return fs.readFileSync('a'); }\nconst config = load();`,
    },
    {
      name: 'a function that only start-up functions call',
      code: `const fs = require('fs');\nfunction read(f) { return fs.readFileSync(f); }\nfunction start() { return ['a'].map(read); }\nstart();`,
    },
    {
      name: 'a name that only looks synchronous',
      code: `import { readSync } from './own.js';\nexport function f() { return readSync(); }`,
    },
    {
      name: 'a method of something else',
      code: `export function f(store) { return store.readFileSync('a'); }`,
    },
    {
      name: 'a shadowed name',
      code: `import { readFileSync } from 'fs';\nexport function f(readFileSync) { return readFileSync('a'); }`,
    },
    {
      name: 'a test file',
      file: 'a.test.ts',
      code: `import fs from 'fs';\nexport function f() { return fs.readFileSync('a'); }`,
    },
    {
      name: 'a command',
      code: `#!/usr/bin/env node\nimport fs from 'fs';\nexport function f() { return fs.readFileSync('a'); }`,
    },
    { name: 'an exit handler', code: `import fs from 'fs';\nprocess.on('exit', () => fs.rmSync('lock'));` },
    {
      name: 'an async function, which another rule answers for',
      code: `import fs from 'fs';\nexport async function f() { return fs.readFileSync('a'); }`,
    },
    {
      name: 'a disabled line',
      code: `import fs from 'fs';\nexport function f() {\n  // eslint-disable-next-line looplens/no-sync -- small\n  return fs.readFileSync('a');\n}`,
    },
  ],
  invalid: [
    {
      name: 'an exported function',
      code: `import fs from 'node:fs';\nexport function f() { return fs.readFileSync('a'); }`,
      lines: [2],
      message:
        'readFileSync blocks the event loop whenever function f runs. Use await fs.promises.readFile().',
      confidence: 'possible',
      fixed: null,
    },
    {
      name: 'a named import under another name',
      code: `import { writeFileSync as write } from 'fs';\nexport const f = () => write('a', 'b');`,
      lines: [2],
      message: 'writeFileSync',
    },
    {
      name: 'destructured require',
      code: `const { existsSync } = require('node:fs');\nmodule.exports = function f() { return existsSync('a'); };`,
      lines: [2],
    },
    {
      name: 'compiled code',
      code: `const fs_1 = __importDefault(require("fs"));\nfunction f() { return (0, fs_1.default.readFileSync)("a"); }\nexports.f = f;`,
      lines: [2],
    },
    {
      name: 'a start-up function that is also exported',
      code: `import fs from 'fs';\nexport function load() {\n  return fs.readFileSync('a');\n}\nload();`,
      lines: [3],
    },
    {
      name: 'fs-extra',
      code: `import fse from 'fs-extra';\nexport class A {\n  f() { return fse.copySync('a', 'b'); }\n}`,
      lines: [3],
      message: 'function A.f',
    },
  ],
});
