import fs from 'node:fs/promises';
import path from 'node:path';

/** What lies at `from` where the program runs lies at `to` here: `/app` of a container, `.` of its sources. */
export interface MapRoot {
  from: string;
  to: string;
}

export interface LocalFilesOptions {
  /** Given by the user; they come before everything else. */
  roots: readonly MapRoot[];
  /** Working folders of the program, and ours. */
  theirCwd: string;
  ourCwd: string;
}

/** Finds files of a program here, which may run in a container or on another machine. */
export interface LocalFiles {
  /** The file as it lies here, or the path as it was when it does not. */
  find(file: string): Promise<string>;
  exists(file: string): Promise<boolean>;
}

/** Fewer segments than this are no evidence that two files are the same: `index.js` is everywhere. */
const MIN_SUFFIX = 2;
const MAX_SEGMENTS = 40;

export function createLocalFiles({ roots, theirCwd, ourCwd }: LocalFilesOptions): LocalFiles {
  const known = new Map<string, Promise<string>>();
  const exists = async (file: string): Promise<boolean> => {
    try {
      return (await fs.stat(file)).isFile();
    } catch {
      return false;
    }
  };
  /** True when the program sees another file system than we do. */
  const elsewhere = theirCwd === '' ? Promise.resolve(false) : isMissing(theirCwd);

  const search = async (file: string): Promise<string> => {
    for (const root of roots) {
      const mapped = below(file, root);
      if (mapped !== undefined && (await exists(mapped))) return mapped;
    }
    if ((await exists(file)) || !(await elsewhere)) return file;
    const mapped = below(file, { from: theirCwd, to: ourCwd });
    if (mapped !== undefined && (await exists(mapped))) return mapped;
    const segments = file.split(/[\\/]/).filter((segment) => segment !== '' && segment !== '..');
    for (let k = Math.max(1, segments.length - MAX_SEGMENTS); k <= segments.length - MIN_SUFFIX; k++) {
      const candidate = path.join(ourCwd, ...segments.slice(k));
      if (await exists(candidate)) return candidate;
    }
    return file;
  };

  return {
    exists,
    find: (file) => {
      let found = known.get(file);
      if (!found) known.set(file, (found = search(file)));
      return found;
    },
  };
}

/** `/app/src/a.ts` with `/app` = `/home/me/shop` is `/home/me/shop/src/a.ts`. */
function below(file: string, { from, to }: MapRoot): string | undefined {
  const root = from.replace(/[\\/]+$/, '');
  if (!file.startsWith(root) || !/^[\\/]/.test(file.slice(root.length))) return undefined;
  return path.join(to, ...file.slice(root.length).split(/[\\/]/));
}

async function isMissing(folder: string): Promise<boolean> {
  try {
    return !(await fs.stat(folder)).isDirectory();
  } catch {
    return true;
  }
}
