import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { lintText } from '../../../src/lint/lint-text.ts';
import { RULE_NAMES } from '../../../src/lint/protocol.ts';
// @ts-expect-error plain JavaScript, shared with the fuzzer
import { mutate, numbers } from '../../fuzz/mutate.mjs';

const FOLDER = 'src/lint/rules';

it('never fails on mutated sources: a short run of npm run fuzz:lint', () => {
  const files = fs.readdirSync(FOLDER).map((file) => path.join(FOLDER, file));
  const pages = files.filter((file) => file.endsWith('.md')).map((file) => fs.readFileSync(file, 'utf8'));
  const examples = pages.flatMap((page) =>
    [...page.matchAll(/^```js\n(.*?)^```/gms)].map((match) => match[1]!),
  );
  const random = numbers(7) as (n: number) => number;
  const rules = Object.fromEntries(RULE_NAMES.map((name) => [name, 'on' as const]));
  let parsed = 0;
  for (let i = 0; i < 300; i++) {
    const [a, b] = [examples[random(examples.length)]!, examples[random(examples.length)]!];
    const text = mutate(`${a}\n${b}`, b, random) as string;
    const { problems } = lintText({ text, file: i % 2 ? 'a.ts' : 'a.js', preset: 'strict', rules });
    expect(
      problems.filter(({ code }) => code !== 'parse-error'),
      text,
    ).toEqual([]);
    if (problems.length === 0) parsed++;
  }
  // Otherwise it would only test the parser.
  expect(parsed).toBeGreaterThan(60);
});
