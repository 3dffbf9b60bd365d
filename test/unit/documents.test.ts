import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' });
/** Those of the repository, new ones included. */
const documents = git('ls-files', '--cached', '--others', '--exclude-standard', '*.md')
  .split('\n')
  .filter((file) => file !== '' && fs.existsSync(path.join(ROOT, file)));

describe.each(documents)('%s', (document) => {
  const text = fs.readFileSync(path.join(ROOT, document), 'utf8');

  test('has only links that lead somewhere', () => {
    const links = [...text.replace(/```[\s\S]*?```/g, '').matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => match[1]!)
      .filter((link) => !/^(https?|command|mailto):/.test(link));
    expect(links.filter((link) => !leadsSomewhere(document, link))).toEqual([]);
  });
});

describe('README.md', () => {
  const readme = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8');

  test('names the page of every finding', () => {
    const room = 'src/analysis/findings';
    const pages = fs.readdirSync(path.join(ROOT, room)).filter((file) => file.endsWith('.md'));
    expect(pages.filter((page) => !readme.includes(`${room}/${page}`))).toEqual([]);
  });

  test('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...readme.matchAll(/npm (?:run (?:--silent )?)?([a-z][\w:]*)/g)].map((match) => match[1]!);
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !(name in scripts) && !['ci', 'install'].includes(name))).toEqual([]);
  });
});

/** A file, or a heading: `#contributing`, `src/README.md#contributing`. */
function leadsSomewhere(document: string, link: string): boolean {
  const [target = '', heading] = link.split('#');
  const file = target === '' ? path.join(ROOT, document) : path.join(ROOT, path.dirname(document), target);
  if (!fs.existsSync(file)) return false;
  if (heading === undefined) return true;
  const headings = [...fs.readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map((match) =>
    match[1]!
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
  return headings.includes(heading);
}
