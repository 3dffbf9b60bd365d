import fs from 'node:fs';
import path from 'node:path';
import type { Finding } from '../../model/finding.ts';
import { git } from './git.ts';

/** Older renames are not looked for: a recording is compared with work of these days. */
const MAX_COMMITS = 1000;

/**
 * Measured findings under the names that their files have now: what git knows to have been renamed, in commits, in the
 * index or in the work tree, since the file stood where it was recorded. Without git, or for files that are simply gone, they stay as they are.
 */
export async function followRenames(
  findings: readonly Finding[],
  cwd: string,
  signal?: AbortSignal,
): Promise<Finding[]> {
  const gone = new Set(
    findings
      .map(({ location }) => location.file)
      .filter((file) => path.isAbsolute(file) && !fs.existsSync(file)),
  );
  if (gone.size === 0) return [...findings];
  const renames = await renamesIn(cwd, signal);
  const nameNow = (file: string): string => {
    if (!gone.has(path.normalize(file))) return file;
    let name = path.normalize(file);
    for (const { from, to } of renames) if (from === name) name = to;
    return fs.existsSync(name) ? name : file;
  };
  return findings.map((finding) => inFiles(finding, nameNow));
}

function inFiles(finding: Finding, nameNow: (file: string) => string): Finding {
  const { location, chain, related } = finding;
  return {
    ...finding,
    location: { ...location, file: nameNow(location.file) },
    chain: chain.map((step) => (step.file === undefined ? step : { ...step, file: nameNow(step.file) })),
    related: related.map((one) => ({
      ...one,
      location: { ...one.location, file: nameNow(one.location.file) },
    })),
  };
}

/** Absolute names before and after, the oldest rename first. */
async function renamesIn(
  cwd: string,
  signal: AbortSignal | undefined,
): Promise<{ from: string; to: string }[]> {
  const up = await git(cwd, ['rev-parse', '--show-cdup'], signal);
  if (!up.ok) return [];
  const root = path.resolve(cwd, up.stdout.replace(/\r?\n$/, ''));
  const options = ['-M', '--diff-filter=R', '--name-status', '-z', '--no-ext-diff'];
  const history = ['log', '--format=', '--reverse', `--max-count=${MAX_COMMITS}`, ...options];
  const logged = await git(root, history, signal);
  const pending = await git(root, ['diff', ...options, 'HEAD', '--'], signal);
  return [logged, pending].flatMap(({ ok, stdout }) => (ok ? parseRenames(stdout, root) : []));
}

/** `R100 NUL from NUL to NUL`, again and again. */
function parseRenames(text: string, root: string): { from: string; to: string }[] {
  const parts = text.split('\0').map((part) => part.replace(/^\n+/, ''));
  const renames: { from: string; to: string }[] = [];
  for (let at = 0; at + 2 < parts.length; at++) {
    if (!/^R\d+$/.test(parts[at]!)) continue;
    renames.push({ from: path.join(root, parts[at + 1]!), to: path.join(root, parts[at + 2]!) });
    at += 2;
  }
  return renames;
}
