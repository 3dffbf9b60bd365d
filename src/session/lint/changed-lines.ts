import path from 'node:path';
import { UserError } from '../../base/user-error.ts';
import { git } from './git.ts';

/** First and last changed line, from 1, by absolute file; `all` for files that git does not know yet. */
export type ChangedLines = Map<string, [first: number, last: number][] | 'all'>;

/**
 * Lines of the work tree that differ from a git ref, staged or not, through renames.
 * @throws UserError `usage` when the folder is in no git work tree or git does not know the ref
 */
export async function changedLines(ref: string, cwd: string, signal?: AbortSignal): Promise<ChangedLines> {
  const up = await git(cwd, ['rev-parse', '--show-cdup'], signal);
  if (!up.ok) {
    throw new UserError(
      'usage',
      `--since needs git, and ${cwd} is in no git work tree.`,
      'Leave --since out.',
    );
  }
  const root = path.resolve(cwd, up.stdout.replace(/\r?\n$/, ''));
  const commit = await git(
    root,
    ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`],
    signal,
  );
  if (!commit.ok) {
    throw new UserError(
      'usage',
      `Git knows no commit "${ref}".`,
      'Name a branch, tag or commit that this clone has.',
    );
  }
  const diff = await git(root, [...DIFF, commit.stdout.trim(), '--'], signal);
  if (!diff.ok)
    throw new UserError('usage', `Git cannot compare with "${ref}": ${diff.stderr.trim()}`, 'Check the ref.');
  const changed = parseDiff(diff.stdout, root);
  const untracked = await git(root, ['ls-files', '-o', '--exclude-standard', '-z'], signal);
  for (const name of untracked.stdout.split('\0').filter(Boolean)) changed.set(path.join(root, name), 'all');
  return changed;
}

const DIFF = [
  'diff',
  '-U0',
  '-M',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--src-prefix=a/',
  '--dst-prefix=b/',
];

/**
 * ```
 *   +++ b/src/a.ts
 *   @@ -3,2 +4,3 @@      lines 4 to 6 are new
 *   @@ -9,1 +11,0 @@     lines were only removed
 * ```
 */
function parseDiff(diff: string, root: string): ChangedLines {
  const changed: ChangedLines = new Map();
  let ranges: [number, number][] = [];
  // Lines of a hunk still to come: a removed line "-- x" reads "--- x", an added "++ x" reads "+++ x".
  let body = 0;
  for (const line of diff.split('\n')) {
    if (body > 0) {
      if (!line.startsWith('\\')) body--;
      continue;
    }
    const hunk = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (hunk) {
      const count = Number(hunk[3] ?? 1);
      body = Number(hunk[1] ?? 1) + count;
      if (count > 0) ranges.push([Number(hunk[2]), Number(hunk[2]) + count - 1]);
    } else if (line.startsWith('+++ ')) {
      ranges = [];
      const name = unquote(line.slice(4).replace(/\t$/, ''));
      if (name.startsWith('b/')) changed.set(path.join(root, name.slice(2)), ranges);
    }
  }
  return changed;
}

/** Git puts names with quotes, backslashes or control characters in quotes. */
function unquote(name: string): string {
  if (!name.startsWith('"')) return name;
  return name.slice(1, -1).replace(/\\(["\\tnr])/g, (_, sign: string) => ESCAPES[sign] ?? sign);
}

const ESCAPES: Record<string, string> = { t: '\t', n: '\n', r: '\r' };
