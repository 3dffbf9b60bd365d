import path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLintService } from '../../../../src/lint/service.ts';
import { buildProject, ROOT } from './build-project.ts';

const SERVER = `import http from 'http';\nimport { work } from './work.js';\nhttp.createServer(() => work());\n`;
const WORK = `export function work() { inner(); }\nfunction inner() {}\n`;
const file = path.join(ROOT, 'work.js');

it('follows positions without being linked anew, and changes of the code with it', () => {
  const project = buildProject({ 'server.js': SERVER, 'work.js': WORK });
  const service = createLintService();
  const levelOf = (text: string, start: string) =>
    project.facts(file)?.reach[text.indexOf(start)]?.level ?? 'unknown';
  expect(levelOf(WORK, 'function inner')).toBe('served');

  const moved = `// a comment\n\n${WORK}`;
  expect(project.set(file, service.index(file, moved, 'drop'))).toBe(false);
  expect(levelOf(moved, 'function inner')).toBe('served');

  const cut = WORK.replace('inner();', '');
  expect(project.set(file, service.index(file, cut, 'drop'))).toBe(true);
  expect(levelOf(cut, 'function inner')).not.toBe('served');

  project.delete(path.join(ROOT, 'server.js'));
  expect(levelOf(cut, 'function work')).toBe('unknown');
});

it('never fails, whatever the sources are', () => {
  const words =
    `${SERVER}${WORK}class A extends A { x = this.x; static y = A; constructor(a) { super(a); this.z = a(this.z); } }
    const f = (g) => f(g(f)); module.exports = { ...module.exports, f }; exports.b = exports.b; export * from './server.js';
    export { work as default } from './work.js'; const { a = b, ...c } = require('./server'); f.prototype.q = f; [f][0](f);`.split(
      /(?<=\W)|(?=\W)/,
    );
  fc.assert(
    fc.property(fc.array(fc.nat(words.length - 1), { minLength: 1, maxLength: 8 }), (places) => {
      const mutated = [...words];
      for (const place of places) {
        mutated[place] = '';
        [mutated[0], mutated[place]] = [mutated[place], mutated[0]!];
      }
      const text = mutated.join('');
      const project = buildProject({ 'server.js': text, 'work.js': words.join(''), 'a.ts': text });
      expect(project.facts(file)).toBeDefined();
    }),
    { numRuns: 100 },
  );
});
