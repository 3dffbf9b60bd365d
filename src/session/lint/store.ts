import { readFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';

/** One file of a cache: values by name. */
export interface Store<T> {
  get(name: string): T | undefined;
  put(name: string, value: T): void;
  /** In the order in which they were put there. */
  values(): T[];
  /** Drops what is not to be kept. What cannot be written is no error: the work is done again. */
  save(keep: (name: string) => boolean): Promise<void>;
}

/**
 * Reads `NAME.json` of a folder. Damaged files and those of another version are as if they were not there: the first
 * line is the version and the length of what follows, which is written in one piece.
 */
export function openStore<T>(folder: string, name: string, version: string): Store<T> {
  const file = path.join(folder, `${name}.json`);
  const known = readKnown<T>(file, version);
  let changed = false;
  return {
    get: (key) => known.get(key),
    values: () => [...known.values()],
    put(key, value) {
      known.set(key, value);
      changed = true;
    },
    async save(keep) {
      if (!changed) return;
      const body = JSON.stringify([...known].filter(([key]) => keep(key)));
      try {
        await fs.mkdir(folder, { recursive: true });
        // Another run may read while this one writes.
        const part = `${file}.${process.pid}`;
        await fs.writeFile(part, `${headOf(version, body)}\n${body}`);
        await fs.rename(part, file);
      } catch {
        // A folder that cannot be written to.
      }
    },
  };
}

const headOf = (version: string, body: string): string => `${version} ${body.length}`;

function readKnown<T>(file: string, version: string): Map<string, T> {
  try {
    const text = readFileSync(file, 'utf8');
    const end = text.indexOf('\n');
    const body = text.slice(end + 1);
    if (text.slice(0, end) !== headOf(version, body)) return new Map();
    return new Map(JSON.parse(body) as [string, T][]);
  } catch {
    return new Map();
  }
}
