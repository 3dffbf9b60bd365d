import fs from 'node:fs/promises';
import path from 'node:path';

/** A source file as it is on disk. */
export interface SourceFile {
  file: string;
  text: string;
}

/** What could be read, and which of the wanted files were changed since the recording was made. */
export interface Sources {
  files: SourceFile[];
  changed: string[];
}

/**
 * Reads source files that a recording names. Left out in silence: files that are not there, and whatever is no local
 * source file of a usual size. A recording may come from anyone, so its paths open no devices and no network shares.
 *
 * @param recordedUntil ms since the epoch: files changed later are named in `changed` instead, as their lines may have moved
 */
export async function readSources(
  files: readonly string[],
  recordedUntil: number,
  signal?: AbortSignal,
): Promise<Sources> {
  const sources: Sources = { files: [], changed: [] };
  for (const file of new Set(files)) {
    signal?.throwIfAborted();
    if (!isLocalSource(file)) continue;
    try {
      const { mtimeMs, size } = await statOfFile(file);
      if (size > MAX_BYTES) continue;
      if (mtimeMs > recordedUntil) sources.changed.push(file);
      else sources.files.push({ file, text: await fs.readFile(file, 'utf8') });
    } catch {
      // Not there, or not ours to read: the findings do without it.
    }
  }
  return sources;
}

/** Larger files are generated ones. */
const MAX_BYTES = 2 << 20;
const EXTENSIONS = new Set(['.js', '.cjs', '.mjs', '.jsx', '.ts', '.cts', '.mts', '.tsx']);

function isLocalSource(file: string): boolean {
  return path.isAbsolute(file) && !/^[\\/]{2}/.test(file) && EXTENSIONS.has(path.extname(file).toLowerCase());
}

async function statOfFile(file: string): Promise<{ mtimeMs: number; size: number }> {
  const stat = await fs.stat(file);
  if (!stat.isFile()) throw new Error(`${file} is not a plain file.`);
  return stat;
}

/** The lines of a source, as JavaScript counts them. */
export const splitLines = (text: string): string[] => text.split(/\r\n|[\n\r\u2028\u2029]/);
