import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../../src/lint/presets.ts';
import { RULE_NAMES } from '../../../src/lint/protocol.ts';
import { lintWith } from './harness.ts';

const FOLDER = 'src/lint/rules';

describe.each(RULE_NAMES)('the page of %s', (rule) => {
  const page = fs.readFileSync(path.join(FOLDER, `${rule}.md`), 'utf8');
  const examples = examplesOf(page);

  it('has its name on top and shows both sides', () => {
    expect(page.startsWith(`# ${rule}\n`)).toBe(true);
    expect(new Set(examples.map(({ section }) => section))).toEqual(new Set(['Incorrect', 'Correct']));
    expect(page).toContain('\n## Cure\n');
  });

  it.each(examples)('$section, example $index', ({ section, language, code }) => {
    const { value, problems } = lintWith(rule, { code, file: `server.${language}` });
    expect(problems).toEqual([]);
    if (section === 'Incorrect') expect(value).not.toEqual([]);
    else expect(value.map(({ message }) => message)).toEqual([]);
  });

  it('names every option', () => {
    const [schema] = RULES[rule].meta.schema as unknown as { properties?: object }[];
    for (const option of Object.keys(schema?.properties ?? {})) expect(page).toContain(`\`${option}\``);
  });
});

it('leaves no page or rule out', () => {
  const files = fs.readdirSync(FOLDER).map((file) => path.parse(file));
  for (const extension of ['.ts', '.md']) {
    const names = files.filter(({ ext }) => ext === extension).map(({ name }) => name);
    expect(names.sort()).toEqual([...RULE_NAMES].sort());
  }
});

function examplesOf(page: string) {
  return page.split(/^## /m).flatMap((section) =>
    [...section.matchAll(/^```(js|ts)\n(.*?)^```/gms)].map((match, index) => ({
      section: section.slice(0, section.indexOf('\n')),
      index: index + 1,
      language: match[1]!,
      code: match[2]!,
    })),
  );
}
