import { setImmediate } from 'node:timers/promises';
import path from 'node:path';
import type { JudgedRegexp } from '../../lint/regexps/verdict.ts';
import type { FileIndex } from '../../lint/project/file-index.ts';
import { createProject, type Project } from '../../lint/project/project.ts';
import { cacheFolder, cacheVersion, openCache } from './cache.ts';
import { contentHash } from './content-hash.ts';
import { projectRoot } from './project-root.ts';
import { readSource, sourceFiles } from './source-files.ts';
import { openVerdicts, type VerdictStore } from './verdicts.ts';

/** The projects of an editor's folders, indexed in the background of a worker. */
export interface OpenProjects {
  /** Indexes the project around a folder; how many files it has. What cannot be read is left out. */
  open(folder: string): Promise<number>;
  /** Files that were written, made or removed on disk. */
  changed(files: readonly string[]): Promise<void>;
  /** The project of a file. */
  of(file: string): Project | undefined;
  /** Keeps what the full check said of regular expressions in a file. */
  keep(file: string, verdicts: readonly JudgedRegexp[]): void;
}

/** Larger projects are looked at file by file. */
const MAX_FILES = 20_000;

/** Verdicts are written together after this time, ms. */
const GATHER_MS = 500;

/**
 * @param index makes the index of a text
 * @param learn is told the verdicts on regular expressions that earlier runs came to
 */
export function createOpenProjects(
  index: (file: string, text: string) => FileIndex,
  learn: (verdicts: readonly JudgedRegexp[]) => void,
): OpenProjects {
  const projects = new Map<string, Project>();
  const stores = new Map<Project, { verdicts: VerdictStore; saving?: NodeJS.Timeout }>();
  const opening = new Map<string, Promise<number>>();
  const of = (file: string): Project | undefined =>
    [...projects.values()].find((project) => project.has(file));

  return {
    of,
    keep(file, verdicts) {
      const project = of(file);
      const kept = project && stores.get(project);
      if (!kept) return;
      for (const one of verdicts) kept.verdicts.put(one);
      kept.saving ??= setTimeout(() => {
        delete kept.saving;
        void kept.verdicts.save();
      }, GATHER_MS);
    },
    async open(folder) {
      const root = (await projectRoot(folder)) ?? folder;
      const known = opening.get(root) ?? load(root);
      opening.set(root, known);
      return known;
    },
    async changed(files) {
      for (const file of files) {
        const root = [...projects.keys()].find((one) => file.startsWith(one + path.sep));
        const project = root === undefined ? undefined : projects.get(root);
        if (!project) continue;
        const text = await readSource(file, 'written-by-hand');
        if (typeof text === 'string') project.set(file, index(file, text));
        else project.delete(file);
        await setImmediate();
      }
    },
  };

  async function load(root: string): Promise<number> {
    const files = await sourceFiles({ paths: [root], cwd: root, ignore: () => false }).catch(() => []);
    if (files.length > MAX_FILES) return 0;
    const folder = await cacheFolder(root);
    const cache = openCache(folder, cacheVersion());
    // Kept open, while the rest of the cache is not: indexes are large.
    const verdicts = openVerdicts(folder, cacheVersion());
    learn(verdicts.all());
    const project = createProject();
    for (const { file } of files) {
      const text = await readSource(file, 'written-by-hand');
      if (typeof text !== 'string') continue;
      const hash = contentHash(text);
      const known = cache.index(file, hash);
      const own = known ?? index(file, text);
      if (!known) cache.putIndex(file, hash, own);
      project.set(file, own);
      // What is typed meanwhile is answered first.
      await setImmediate();
    }
    projects.set(root, project);
    stores.set(project, { verdicts });
    await cache.save((file) => project.has(file));
    return files.length;
  }
}
