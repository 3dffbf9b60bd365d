import { testRule } from './harness.ts';

const code = (body: string): string =>
  `import fs from 'node:fs';\nimport net from 'node:net';\nimport { spawn } from 'node:child_process';\nexport function f(p, q) {\n  ${body}\n}`;

testRule('require-error-listener', {
  valid: [
    {
      name: 'a function of which nobody knows who calls it, where only what serves is asked for',
      code: code('const s = fs.createReadStream(p); s.pipe(q);'),
      options: [{ where: 'served' }],
    },
    {
      name: 'Node itself, by its arguments',
      code: `import { spawn } from 'node:child_process';\nexport function f() { const child = spawn(process.argv[0], ['a.js']); child.unref(); }`,
    },
    {
      name: 'a command that each system has',
      code: `import { spawn } from 'node:child_process';\nexport function f(user) { const su = spawn('su', [user]); su.stdout.on('data', console.log); }`,
    },
    {
      name: 'what runs is there',
      code: `import { spawn } from 'node:child_process';\nexport function again() { const child = spawn(process.execPath, ['a.js']); child.stdout.pipe(x); }`,
    },
    { name: 'listened to', code: code('const s = fs.createReadStream(p); s.on("error", q); s.pipe(q);') },
    { name: 'in a chain', code: code('const s = fs.createReadStream(p); s.on("data", q).on("error", q);') },
    { name: 'handed on', code: code('const s = fs.createReadStream(p); return pipeline(s, q);') },
    { name: 'returned', code: code('return fs.createReadStream(p);') },
    {
      name: 'a command that every system has',
      code: 'import { spawn } from "child_process";\nexport function f(g) { const child = spawn("ls", ["/dev"]); child.stdout.on("data", g); }',
    },
  ],
  invalid: [
    {
      name: 'a stream that is written',
      code: code('const s = fs.createWriteStream(p); s.write(q);'),
      lines: [5],
    },
    { name: 'a connection', code: code('const s = net.createConnection(p); s.write(q);'), lines: [5] },
    {
      name: 'a stream',
      code: code('const s = fs.createReadStream(p); s.pipe(q);'),
      lines: [5],
      message: 'pipeline()',
    },
    { name: 'a child', code: code('const c = spawn(p); c.on("exit", q);'), lines: [5], message: 'not found' },
    { name: 'a socket', code: code('const s = net.connect(p); s.write(q);'), lines: [5], message: 's.on' },
  ],
});
