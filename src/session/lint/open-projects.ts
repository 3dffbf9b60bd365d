import { setImmediate } from 'node:timers/promises';
import path from 'node:path';
import type { FileIndex } from '../../lint/project/file-index.ts';
import { createProject, type Project } from '../../lint/project/project.ts';
import { cacheFolder, cacheVersion, openCache } from './cache.ts';
import { contentHash } from './content-hash.ts';
import { projectRoot } from './project-root.ts';
import { readSource, sourceFiles } from './source-files.ts';

/** The projects of an editor's folders, indexed in the background of a worker. */
export interface OpenProjects {
  /** Indexes the project around a folder; how many files it has. What cannot be read is left out. */
  open(folder: string): Promise<number>;
  /** Files that were written, made or removed on disk. */
  changed(files: readonly string[]): Promise<void>;
  /** The project of a file. */
  of(file: string): Project | undefined;
}

/** Larger projects are looked at file by file. */
const MAX_FILES = 20_000;

/** @param index makes the index of a text */
export function createOpenProjects(index: (file: string, text: string) => FileIndex): OpenProjects {
  const projects = new Map<string, Project>();
  const opening = new Map<string, Promise<number>>();
  const of = (file: string): Project | undefined =>
    [...projects.values()].find((project) => project.has(file));

  return {
    of,
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
    const cache = openCache(await cacheFolder(root), cacheVersion());
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
    await cache.save((file) => project.has(file));
    return files.length;
  }
}
