import fs from 'node:fs/promises';
import path from 'node:path';

/**
 * The folder whose files call each other: the workspace around a path, or else the nearest package. Undefined where
 * there is none, as for a script in a home folder: then a file stands for itself.
 */
export async function projectRoot(file: string): Promise<string | undefined> {
  let nearest: string | undefined;
  for (let folder = file; ; folder = path.dirname(folder)) {
    const text = await fs.readFile(path.join(folder, 'package.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) nearest ??= folder;
    if (text !== undefined && /"workspaces"\s*:/.test(text)) return folder;
    if (await exists(path.join(folder, 'pnpm-workspace.yaml'))) return folder;
    // Nothing above a repository belongs to it.
    if (folder === path.dirname(folder) || (await exists(path.join(folder, '.git')))) return nearest;
  }
}

const exists = (file: string): Promise<boolean> =>
  fs.access(file).then(
    () => true,
    () => false,
  );
