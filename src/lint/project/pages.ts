import type { LinkedFile, ResolveModule } from './evaluate.ts';

/**
 * The files of a project that run in web pages although nothing in them says so: pages load them and no code for Node
 * does, or they stand among files of pages, in a folder without any code for Node. Silent about what is not certain: a
 * file that both load is none.
 */
export function findPages(files: readonly LinkedFile[], resolve: ResolveModule): Set<LinkedFile> {
  const pages = files.filter(({ index }) => index.place === 'page');
  if (pages.length === 0) return new Set();
  const node = loadedFrom(
    files.filter(({ index }) => index.place === 'node'),
    resolve,
  );
  const found = loadedFrom(pages, resolve);
  const folders = new Map<string, 'page' | 'node'>(foldersOfAll(files).map((folder) => [folder, 'node']));
  for (const file of node) for (const folder of foldersOf(file)) folders.set(folder, 'node');
  for (const file of found)
    for (const folder of foldersOf(file)) if (!folders.has(folder)) folders.set(folder, 'page');
  for (const file of files)
    if (foldersOf(file).some((folder) => folders.get(folder) === 'page')) found.add(file);
  for (const file of node) found.delete(file);
  return found;
}

/** Files and all that they load. */
function loadedFrom(roots: readonly LinkedFile[], resolve: ResolveModule): Set<LinkedFile> {
  const found = new Set(roots);
  // What is added on the way is visited, too.
  for (const file of found)
    for (const name of file.index.loads) {
      const target = resolve(file, name);
      if (typeof target !== 'string' && !(file.index.place !== 'page' && target.index.place === 'page'))
        found.add(target);
    }
  return found;
}

/** The folders around the whole project say nothing. */
function foldersOfAll([first, ...others]: readonly LinkedFile[]): string[] {
  return (first ? foldersOf(first) : []).filter((folder) =>
    others.every(({ file }) => file.replaceAll('\\', '/').startsWith(`${folder}/`)),
  );
}

/** From the file's own folder outwards. */
function foldersOf({ file }: LinkedFile): string[] {
  const folders: string[] = [];
  const parts = file.split(/[\\/]/);
  for (let length = parts.length - 1; length > 0; length--) folders.push(parts.slice(0, length).join('/'));
  return folders;
}
