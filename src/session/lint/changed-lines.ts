import path from 'node:path';
import { UserError } from '../../base/user-error.ts';
import { git } from './git.ts';

/** First and last changed line, from 1, by absolute file; `all` for files that git does not know yet. */
export type ChangedLines = Map<string, [first: number, last: number][] | 'all'>;

/** Which changes count: all since a commit, committed or not, or what is staged for the next one. */
export type Change = { kind: 'since'; ref: string } | { kind: 'staged' };

/**
 * Lines of the work tree that a change made, through renames. What is staged is told by its lines in the work tree,
 * which is what is looked at: a line that was edited after it was staged counts as changed.
 * @throws UserError `usage` when the folder is in no git work tree or git does not know the ref
 */
export async function changedLines(change: Change, cwd: string, signal?: AbortSignal): Promise<ChangedLines> {
  const option = change.kind === 'staged' ? '--staged' : '--since';
  const up = await git(cwd, ['rev-parse', '--show-cdup'], signal);
  if (!up.ok) {
    throw new UserError(
      'usage',
      `${option} needs git, and ${cwd} is in no git work tree.`,
      `Leave ${option} out.`,
    );
  }
  const root = path.resolve(cwd, up.stdout.replace(/\r?\n$/, ''));
  if (change.kind === 'staged') return stagedLines(root, signal);
  const { ref } = change;
  const diff = await git(root, [...DIFF, await commitOf(ref, root, signal), '--'], signal);
  if (!diff.ok)
    throw new UserError('usage', `Git cannot compare with "${ref}": ${diff.stderr.trim()}`, 'Check the ref.');
  const changed = parseDiff(diff.stdout, root);
  const untracked = await git(root, ['ls-files', '-o', '--exclude-standard', '-z'], signal);
  for (const name of untracked.stdout.split('\0').filter(Boolean)) changed.set(path.join(root, name), 'all');
  return changed;
}

async function commitOf(ref: string, root: string, signal: AbortSignal | undefined): Promise<string> {
  const parse = ['rev-parse', '--verify', '--quiet', '--end-of-options'];
  // Git before 2.30 prints the option itself.
  const commit = ref.startsWith('-') ? undefined : await git(root, [...parse, `${ref}^{commit}`], signal);
  const name = commit?.stdout.trim().split('\n').at(-1) ?? '';
  if (commit?.ok && /^[0-9a-f]{40,64}$/.test(name)) return name;
  const shallow = await git(root, ['rev-parse', '--is-shallow-repository'], signal);
  throw new UserError(
    'usage',
    `Git knows no commit "${ref}".`,
    shallow.stdout.trim() === 'true'
      ? 'This clone is shallow: fetch more of its history, as with "git fetch --unshallow".'
      : 'Name a branch, tag or commit that this clone has.',
  );
}

/** Files with staged changes, by what differs from the last commit; of the first commit all lines. */
async function stagedLines(root: string, signal: AbortSignal | undefined): Promise<ChangedLines> {
  const staged = await git(root, ['diff', '--cached', '--name-only', '-z', '--diff-filter=d', '--'], signal);
  const names = new Set(
    staged.stdout
      .split('\0')
      .filter(Boolean)
      .map((name) => path.join(root, name)),
  );
  const head = await git(root, ['rev-parse', '--verify', '--quiet', 'HEAD'], signal);
  if (!head.ok) return new Map([...names].map((name) => [name, 'all' as const]));
  const diff = await git(root, [...DIFF, 'HEAD', '--'], signal);
  return new Map([...parseDiff(diff.stdout, root)].filter(([name]) => names.has(name)));
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
