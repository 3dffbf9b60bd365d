// Stops where a program begins: its first line behind a starter, modules that run at once, errors that end it there.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { nodeBinary } from '../setup/nodes.mjs';
import { Session } from './debug-client.ts';

const root = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'll-starts-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

let session: Session;
afterEach(() => session.close());

/** Writes files of a project of their own; gives its folder. */
function project(files: Record<string, string>): string {
  const folder = fs.mkdtempSync(path.join(root, 'p-'));
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

/** Goes on, and resolves with how it ended: by the next stop, or with what was printed. */
async function goOn(): Promise<string> {
  const ended = session.client.waitForEvent('terminated').then(() => {
    return session.output.map(({ output }) => output).join('');
  });
  await session.client.continueRequest({ threadId: 1 });
  return Promise.race([ended, session.stop().then(({ reason }) => `stopped: ${reason}`)]);
}

describe.each([18, 26])('on Node %i', (major) => {
  test.each(['app.cjs', 'app.mjs'])('a program that npm starts stops on entry: %s', async (name) => {
    const imports = name === 'app.mjs' ? "import 'node:fs';" : "require('node:fs');";
    const folder = project({
      [name]: `const one = 1;\n${imports}\nconsole.log(one);\n`,
      'package.json': JSON.stringify({ scripts: { dev: `"${nodeBinary(major)}" ${name}` } }),
    });
    session = await Session.open();
    const args = {
      runtimeExecutable: 'npm',
      runtimeArgs: ['run', '--silent', 'dev'],
      cwd: folder,
      stopOnEntry: true,
    };
    await Promise.all([
      session.client.waitForEvent('initialized'),
      session.client.launchRequest(args as never),
    ]);
    await session.client.configurationDoneRequest();
    expect(await session.stop()).toMatchObject({ reason: 'entry', threadId: 1 });
    const [top] = await session.frames();
    expect([top!.source?.path, top!.line]).toEqual([path.join(folder, name), 1]);
    expect(await goOn()).toBe('1\n');
  });

  test('breakpoints in built CommonJS modules stop in what they run at once', async () => {
    const part =
      'interface Part { n: number }\nconst part: Part = { n: 1 };\n\nexport const next = part.n + 1;\n';
    const main = 'import { next } from "./part";\nconsole.log("next", next);\n';
    const folder = project({ 'src/part.ts': part, 'src/main.ts': main, 'out/package.json': '{}' });
    for (const [name, text] of Object.entries({ part, main })) {
      const { outputText, sourceMapText } = ts.transpileModule(text, {
        fileName: `${name}.ts`,
        compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, sourceMap: true },
      });
      const map = { ...(JSON.parse(sourceMapText!) as object), sources: [`../src/${name}.ts`] };
      fs.writeFileSync(path.join(folder, 'out', `${name}.js`), outputText);
      fs.writeFileSync(path.join(folder, 'out', `${name}.js.map`), JSON.stringify(map));
    }
    session = await Session.open();
    const source = path.join(folder, 'src', 'part.ts');
    await session.launch(major, path.join(folder, 'out', 'main.js'), (s) =>
      s.breakpoints(source, { line: 2 }, { line: 4, condition: 'part.n === 1' }),
    );
    for (const line of [2, 4]) {
      expect((await session.stop()).reason).toBe('breakpoint');
      const [top] = await session.frames();
      expect([top!.source?.path, top!.line]).toEqual([source, line]);
      if (line === 2) await session.client.continueRequest({ threadId: 1 });
    }
    expect(await goOn()).toBe('next 2\n');
  });

  test('a breakpoint at the very first statement of a built module stops there', async () => {
    const folder = project({
      'main.js': "require('./part.js');\n",
      'src/part.ts': 'globalThis.seen = 1;\nconsole.log("seen");\n',
    });
    const map = { version: 3, sources: ['src/part.ts'], names: [], mappings: 'AAAA;AACA' };
    const inline = Buffer.from(JSON.stringify(map)).toString('base64');
    fs.writeFileSync(
      path.join(folder, 'part.js'),
      `globalThis.seen = 1;\nconsole.log("seen");\n//# sourceMappingURL=data:application/json;base64,${inline}\n`,
    );
    session = await Session.open();
    const source = path.join(folder, 'src', 'part.ts');
    await session.launch(major, path.join(folder, 'main.js'), (s) => s.breakpoints(source, { line: 1 }));
    expect((await session.stop()).reason).toBe('breakpoint');
    const [top] = await session.frames();
    expect([top!.source?.path, top!.line]).toEqual([source, 1]);
    expect(await goOn()).toBe('seen\n');
  });

  test('what is thrown at the top level of an ECMAScript module stops as uncaught, where its error was made', async () => {
    const folder = project({
      'main.mjs': "import './fails.mjs';\nconsole.log('never');\n",
      'fails.mjs': "function fail() {\n  throw new TypeError('at the top');\n}\nfail();\n",
    });
    session = await Session.open();
    await session.launch(major, path.join(folder, 'main.mjs'), (s) => s.exceptions({ filterId: 'uncaught' }));
    const stop = await session.stop();
    expect(stop).toMatchObject({ reason: 'exception', text: 'TypeError: at the top' });
    expect((await session.shape()).slice(0, 2)).toEqual(['fail:2', '(anonymous):4']);
    const info = (await session.client.customRequest('exceptionInfo', { threadId: 1 })).body;
    expect(info).toMatchObject({ exceptionId: 'TypeError', breakMode: 'unhandled' });
    expect(await goOn()).toContain('TypeError: at the top');
  });

  test.each([
    ['main.cjs', "throw new RangeError('once');\n"],
    ['main.mjs', "setTimeout(() => { throw new RangeError('once'); }, 1);\n"],
  ])('what V8 tells itself is told once: %s', async (name, text) => {
    session = await Session.open();
    await session.launch(major, path.join(project({ [name]: text }), name), (s) =>
      s.exceptions({ filterId: 'uncaught' }),
    );
    expect(await session.stop()).toMatchObject({ reason: 'exception', text: 'RangeError: once' });
    expect(await goOn()).toContain('RangeError: once');
  });
});
