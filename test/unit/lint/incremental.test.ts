import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createProject } from '../../../src/lint/project/project.ts';
import { createLintService } from '../../../src/lint/service.ts';
// @ts-expect-error plain JavaScript, shared with the fuzzer
import { mutate, numbers } from '../../fuzz/mutate.mjs';

const RULES = 'src/lint/rules';
const FILES = ['/p/a.js', '/p/b.js', '/p/c.js'];
const EDITS = 12;

it('tells after any number of edits what a new start on the same texts tells', () => {
  const pages = fs.readdirSync(RULES).filter((name) => name.endsWith('.md'));
  const examples = pages.flatMap((page) =>
    [...fs.readFileSync(path.join(RULES, page), 'utf8').matchAll(/^```js\n(.*?)^```/gms)].map(
      (match) => match[1]!,
    ),
  );
  const random = numbers(11) as (n: number) => number;
  const pick = (): string => examples[random(examples.length)]!;
  const texts = new Map(FILES.map((file) => [file, wired(file, pick())]));
  const service = createLintService();
  const project = createProject();
  for (const [file, text] of texts) project.set(file, service.index(file, text, 'keep'));

  let compared = 0;
  let findings = 0;
  for (let edit = 0; edit < EDITS; edit++) {
    const file = FILES[random(FILES.length)]!;
    // Every third edit moves the code below and changes nothing else.
    const text =
      edit % 3 === 0 ? `\n${texts.get(file)!}` : (mutate(texts.get(file)!, pick(), random) as string);
    const after = service.lint(request(file, text), project);
    // In the middle of an edit, the project keeps what it knew.
    if (after.problems.some(({ code }) => code === 'parse-error')) continue;
    texts.set(file, text);
    for (const other of FILES) {
      const kept = service.lint(request(other, texts.get(other)!), project);
      expect(kept, `${other} after edit ${edit}`).toEqual(cold(other, texts));
      findings += kept.value.length;
      compared++;
    }
  }
  // Otherwise it would compare nothing with nothing.
  expect(compared).toBeGreaterThan(EDITS);
  expect(findings).toBeGreaterThan(EDITS);
});

/** Each file calls into the next one, so that an edit there concerns it. */
function wired(file: string, text: string): string {
  const next = FILES[(FILES.indexOf(file) + 1) % FILES.length]!;
  return `import { entry as next } from '.${path.posix.sep}${path.posix.basename(next)}';
import fs from 'node:fs';
export async function entry(name) {
  fs.readFileSync(name);
  next(name);
}
require('node:http').createServer((request, response) => entry(request.url));
${text}`;
}

function cold(file: string, texts: ReadonlyMap<string, string>) {
  const service = createLintService();
  const project = createProject();
  for (const [name, text] of texts) project.set(name, service.index(name, text, 'drop'));
  return service.lint(request(file, texts.get(file)!), project);
}

const request = (file: string, text: string) =>
  ({ id: 0, kind: 'lint', file, text, preset: 'strict' }) as const;
