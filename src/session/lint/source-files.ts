import { readdirSync, readFileSync, type Dirent } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import ignore from 'ignore';
import { UserError } from '../../base/user-error.ts';
import type { Problem } from '../../model/problem.ts';
import { git } from './git.ts';

export interface SourceQuery {
  /** Files and folders, relative to `cwd` or absolute. */
  paths: readonly string[];
  cwd: string;
  /** True for a path relative to `cwd`, with slashes, that shall be left out. */
  ignore: (relative: string) => boolean;
  signal?: AbortSignal | undefined;
}

/** A file to check; `asked`: the user named it, so it is read whatever it looks like. */
export interface ChosenFile {
  file: string;
  asked: boolean;
}

/**
 * JavaScript and TypeScript files at and below paths, absolute, in order. In a git work tree those that git does not
 * ignore, elsewhere what a walk finds that leaves out installed and built files.
 *
 * @throws UserError `usage` when a path does not exist
 */
export async function sourceFiles({ paths, cwd, ignore, signal }: SourceQuery): Promise<ChosenFile[]> {
  const chosen = new Map<string, ChosenFile>();
  for (const given of paths) {
    signal?.throwIfAborted();
    const root = path.resolve(cwd, given);
    const stat = await fs.stat(root).catch(() => undefined);
    if (!stat) {
      throw new UserError('usage', `${given} does not exist.`, 'Name a file or folder that exists.');
    }
    if (!stat.isDirectory()) {
      chosen.set(root, { file: root, asked: true });
      continue;
    }
    for (const file of await filesBelow(root, signal)) {
      if (!chosen.has(file) && !ignore(toSlashes(path.relative(cwd, file))))
        chosen.set(file, { file, asked: false });
    }
  }
  return [...chosen.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
}

/**
 * The text of a file. Undefined for one that is gone or, unless it was asked for, that a program wrote; a problem for
 * one that cannot be read.
 */
export async function readSource(
  file: string,
  want: 'written-by-hand' | 'whatever-it-is',
): Promise<string | Problem | undefined> {
  try {
    if (want === 'written-by-hand' && (await fs.stat(file)).size > MAX_BYTES) return undefined;
    const text = await fs.readFile(file, 'utf8');
    return want === 'written-by-hand' && isGenerated(text) ? undefined : text;
  } catch (error) {
    // Git lists files that were deleted and not yet staged.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return { code: 'file-unreadable', message: `${file} cannot be read: ${(error as Error).message}` };
  }
}

/** Nobody writes a longer file by hand. */
const MAX_BYTES = 1 << 20;

/** Says so at its head, or has the long lines of a minifier. */
function isGenerated(text: string): boolean {
  if (/@generated\b|\bDO NOT EDIT\b|auto-?generated (?:file|by)/i.test(text.slice(0, 1000))) return true;
  if (text.length < 1000) return false;
  const lines = text.split('\n');
  if (text.length < 5000) return text.length / lines.length > 500;
  return text.length / lines.length > 200 || (lines.length < 50 && lines.some((line) => line.length > 5000));
}

async function filesBelow(root: string, signal: AbortSignal | undefined): Promise<string[]> {
  const listed = await git(root, ['ls-files', '-co', '--exclude-standard', '-z', '--', '.'], signal);
  const names = listed.ok ? listed.stdout.split('\0').filter(Boolean) : [];
  // A folder that git ignores as a whole was named on purpose.
  const relative = names.length > 0 ? names : walkFolder(root, signal);
  return relative.filter(isSource).map((name) => path.join(root, name));
}

/** What a `.gitignore` leaves out of its folder. */
interface Rules {
  /** Of a path relative to where the walk began; folders end with a slash. */
  ignores: (relative: string) => boolean;
}

/** Not asynchronous: that costs several times the processor time, and nobody waits beside a command or in a worker. */
function walkFolder(root: string, signal: AbortSignal | undefined): string[] {
  const found: string[] = [];
  const pending: { folder: string; rules: readonly Rules[] }[] = [{ folder: '', rules: [] }];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    signal?.throwIfAborted();
    const { folder } = at;
    const entries = entriesOf(path.join(root, folder));
    const own = rulesOf(root, folder, entries);
    const rules = own ? [...at.rules, own] : at.rules;
    for (const entry of entries) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const isFolder = entry.isDirectory();
      if (rules.some((one) => one.ignores(isFolder ? `${name}/` : name))) continue;
      if (isFolder && !SKIPPED_FOLDERS.test(entry.name)) pending.push({ folder: name, rules });
      else if (entry.isFile()) found.push(name);
    }
  }
  return found;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function rulesOf(root: string, folder: string, entries: readonly Dirent[]): Rules | undefined {
  if (!entries.some(({ name }) => name === '.gitignore')) return undefined;
  let text: string;
  try {
    text = readFileSync(path.join(root, folder, '.gitignore'), 'utf8');
  } catch {
    return undefined;
  }
  const matcher = ignore().add(text);
  const skip = folder === '' ? 0 : folder.length + 1;
  return { ignores: (relative) => matcher.ignores(relative.slice(skip)) };
}

/** By name alone: a source file that somebody wrote, in a folder of sources. */
function isSource(relative: string): boolean {
  const parts = relative.split('/');
  const name = parts.pop() ?? '';
  if (!/\.(?:[cm]?[jt]s|[jt]sx)$/.test(name) || /\.d\.[cm]?ts$|[.-]min\.[cm]?js$/.test(name)) return false;
  return !parts.some((part) => SKIPPED_FOLDERS.test(part));
}

const SKIPPED_FOLDERS =
  /^(?:node_modules|bower_components|dist|build|out|coverage|\.git|\.next|\.nuxt|\.cache)$/;

const toSlashes = (relative: string): string => relative.split(path.sep).join('/');
