import fs from 'node:fs/promises';
import path from 'node:path';

/** Recordings beyond this number are removed, oldest first. */
const KEPT = 20;

/** A recording on disk. */
export interface RecordingFile {
  /** Absolute. */
  file: string;
  modified: Date;
  bytes: number;
}

/** The recordings of this machine, in the extension's own storage folder. */
export class Recordings {
  readonly #folder: string;

  /** @param folder absolute; made when first needed */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Path of a new recording, after making room for it. */
  async fresh(name: string, now = new Date()): Promise<string> {
    await fs.mkdir(this.#folder, { recursive: true });
    for (const old of (await this.list()).slice(KEPT - 1)) await fs.rm(old.file, { force: true });
    const stamp = now.toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '');
    return path.join(this.#folder, `${fileName(name)}-${stamp}.looplens`);
  }

  /** What there is, newest first; empty when nothing was recorded yet. */
  async list(): Promise<RecordingFile[]> {
    let names: string[];
    try {
      names = await fs.readdir(this.#folder);
    } catch {
      return []; // Nothing was recorded yet.
    }
    const files = await Promise.all(
      names
        .filter((name) => name.endsWith('.looplens'))
        .map(async (name) => {
          const file = path.join(this.#folder, name);
          const { mtime, size } = await fs.stat(file);
          return { file, modified: mtime, bytes: size };
        }),
    );
    return files.sort((a, b) => b.modified.getTime() - a.modified.getTime());
  }
}

/** Keeps what every file system takes. */
function fileName(name: string): string {
  const safe = name
    .replace(/\.[cm]?[jt]s$/, '')
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
  return safe.slice(0, 40) || 'node';
}
