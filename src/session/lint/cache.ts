import { statSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FileIndex } from '../../lint/project/file-index.ts';
import { RULE_NAMES } from '../../lint/protocol.ts';
import type { RegexpText } from '../../lint/regexps/verdict.ts';
import type { Finding } from '../../model/finding.ts';
import type { Outcome } from '../../model/problem.ts';
import { asset } from '../assets.ts';
import { contentHash } from './content-hash.ts';
import type { ChosenFile } from './source-files.ts';
import { isSameStamp, isSettled, type Stamp } from './stamps.ts';
import { openStore, type Store } from './store.ts';
import { NO_VERDICTS, openVerdicts, type VerdictStore } from './verdicts.ts';

/** What earlier runs found out, by the content of files. */
export interface LintCache {
  /** The hash of a file that still has the stamp it was read with; '' for one that was left out. */
  hash(file: ChosenFile, stamp: Stamp): string | undefined;
  /** @param stamp taken before the file was read, now */
  putHash(file: ChosenFile, stamp: Stamp, hash: string): void;
  /** The index of a text with this hash, by the file's absolute name. */
  index(file: string, hash: string): FileIndex | undefined;
  putIndex(file: string, hash: string, index: FileIndex): void;
  /** What was said about a file when one of the keys was the same. */
  outcome(file: string, keys: Partial<OutcomeKeys>): KnownOutcome | undefined;
  putOutcome(file: string, keys: OutcomeKeys, outcome: KnownOutcome): void;
  /** What the full check said of regular expressions. */
  verdicts: VerdictStore;
  /** @param keep true for files that there still are */
  save(keep: (file: string) => boolean): Promise<void>;
}

export interface KnownOutcome extends Outcome<Finding[]> {
  /** Regular expressions whose verdicts are in it. */
  judged?: readonly RegexpText[];
}

/** Both stand for all that the findings of a file depend on. */
export interface OutcomeKeys {
  /** The whole project as it is: known before anything was looked at. */
  project: string;
  /** The file, and what the others tell about it: the same after most edits elsewhere. */
  file: string;
}

/** Remembers nothing. */
export const NO_CACHE: LintCache = {
  hash: () => undefined,
  putHash: () => undefined,
  index: () => undefined,
  putIndex: () => undefined,
  outcome: () => undefined,
  putOutcome: () => undefined,
  verdicts: NO_VERDICTS,
  save: () => Promise.resolve(),
};

/**
 * The cache in a folder.
 * @param version of LoopLens and its rules: what another one wrote counts for nothing
 */
export function openCache(folder: string, version: string): LintCache {
  const outcomes = openStore<OutcomeKeys & { outcome: KnownOutcome }>(folder, 'findings', version);
  const stamps = openStore<{ stamp: Stamp; hash: string }>(folder, 'stamps', version);
  let opened: Store<{ hash: string; index: FileIndex }> | undefined;
  // The larger file, and not needed when nothing changed.
  const indexes = () => (opened ??= openStore(folder, 'index', version));
  const verdicts = openVerdicts(folder, version);
  return {
    hash(file, stamp) {
      const known = stamps.get(keyOf(file));
      return known && isSameStamp(known.stamp, stamp) ? known.hash : undefined;
    },
    putHash(file, stamp, hash) {
      if (isSettled(stamp, Date.now())) stamps.put(keyOf(file), { stamp, hash });
    },
    index(file, hash) {
      const known = indexes().get(file);
      return known?.hash === hash ? known.index : undefined;
    },
    putIndex: (file, hash, index) => indexes().put(file, { hash, index }),
    outcome(name, { project, file }) {
      const known = outcomes.get(name);
      return known && (known.project === project || known.file === file) ? known.outcome : undefined;
    },
    putOutcome: (name, keys, outcome) => outcomes.put(name, { ...keys, outcome }),
    verdicts,
    async save(keep) {
      await Promise.all([
        outcomes.save(keep),
        opened?.save(keep),
        verdicts.save(),
        stamps.save((key) => keep(key.replace(ASKED, ''))),
      ]);
    },
  };
}

/** A file that was asked for is never left out. No path begins like this. */
const ASKED = '\0';

const keyOf = ({ file, asked }: ChosenFile): string => (asked ? ASKED + file : file);

/** Version of what a cache holds: another build knows other rules. */
export function cacheVersion(): string {
  const stamps = ['workers/lint.cjs', 'workers/regexps.cjs'].map((name) => {
    const { size, mtimeMs } = statSync(asset(name));
    return `${size} ${mtimeMs}`;
  });
  return contentHash(...stamps, RULE_NAMES.join());
}

/** Where a project's cache goes: to its installed packages, or else into the user's own folder. */
export async function cacheFolder(root: string): Promise<string> {
  const modules = path.join(root, 'node_modules');
  const stat = await fs.stat(modules).catch(() => undefined);
  if (stat?.isDirectory()) return path.join(modules, '.cache', 'looplens');
  const { LOCALAPPDATA, XDG_CACHE_HOME } = process.env;
  const home = LOCALAPPDATA ?? XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache');
  return path.join(home, 'looplens', contentHash(root));
}
