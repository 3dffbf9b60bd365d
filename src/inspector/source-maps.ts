import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  decodedMappings,
  FlattenMap,
  LEAST_UPPER_BOUND,
  originalPositionFor,
} from '@jridgewell/trace-mapping';
import type { TraceMap } from '@jridgewell/trace-mapping';

/** Larger maps are not read. */
const MAX_MAP = 256 << 20;

/** A source map, read: plain or made of sections. */
export interface SourceMapFile {
  map: TraceMap;
  /** Folder that relative sources start from. */
  base: string;
}

/**
 * The map that a script refers to: inline, or a file relative to the script's folder.
 * @throws when it cannot be read or is none
 */
export async function openMap(reference: string, folder: string): Promise<SourceMapFile> {
  const { text, base } = await readMap(reference, folder);
  // Some servers guard JSON with a first line that is none.
  return { map: FlattenMap(text.replace(/^\)\]\}'[^\n]*\n/, '')), base };
}

/** Where the author wrote what stands at a place of the generated code; line from 1, column from 0. */
export function originalPlace(
  map: TraceMap,
  line: number,
  column: number,
): { source: string; line: number; column: number } | undefined {
  if (line < 1) return undefined;
  const before = originalPositionFor(map, { line, column });
  // Left of the line's first segment: indentation, or a place of which only the line is known.
  const found =
    before.line === null ? originalPositionFor(map, { line, column, bias: LEAST_UPPER_BOUND }) : before;
  if (found.line === null || found.source === null) return undefined;
  return { source: found.source, line: found.line, column: found.column };
}

/** More of the author's lines than this in one generated line are no statement that was joined, but minified code. */
const MAX_JOINED = 8;

/**
 * The author's line of a generated line whose column is not known: where its statement begins. Undefined when the
 * generated line holds more than that, as minified code does.
 *
 * @param headColumn column from 0 of the function that it is about, when that begins on the same generated line: then all
 *   of the function may stand there, and its lines cannot be told apart
 */
export function originalLine(map: TraceMap, line: number, headColumn?: number): number | undefined {
  const all = decodedMappings(map)[line - 1] ?? [];
  const segments = headColumn === undefined ? all : all.filter(([column]) => column >= headColumn);
  const joined = headColumn === undefined ? MAX_JOINED : 1;
  let first: { source: number; line: number } | undefined;
  for (const segment of segments) {
    if (segment.length === 1) continue;
    const [, source, at] = segment;
    first ??= { source, line: at };
    if (source !== first.source || Math.abs(at - first.line) >= joined) return undefined;
  }
  return first && first.line + 1;
}

/** The last `sourceMappingURL` comment of a script. */
export function sourceMapUrl(text: string): string | undefined {
  const at = text.lastIndexOf('sourceMappingURL=');
  if (at < 0) return undefined;
  const lineStart = text.lastIndexOf('\n', at) + 1;
  // The comment stands alone on its line; the same words inside a string do not count.
  if (!/^[ \t]*(\/\/|\/\*)[#@][ \t]*$/.test(text.slice(lineStart, at))) return undefined;
  return /^\S+/.exec(text.slice(at + 'sourceMappingURL='.length))?.[0];
}

/** The text of a source map, inline or in a file, and the folder that its sources start from. */
export async function readMap(reference: string, folder: string): Promise<{ text: string; base: string }> {
  const inline = /^data:application\/json[^,]*?(;base64)?,(.*)$/s.exec(reference);
  if (inline) {
    const text = inline[1]
      ? Buffer.from(inline[2]!, 'base64').toString('utf8')
      : decodeURIComponent(inline[2]!);
    return { text, base: folder };
  }
  const file = reference.startsWith('file:')
    ? fileURLToPath(reference)
    : path.resolve(folder, decodeURIComponent(reference.split('?', 1)[0]!));
  if ((await fs.stat(file)).size > MAX_MAP) throw new Error(`${file} is too large for a source map`);
  return { text: await fs.readFile(file, 'utf8'), base: path.dirname(file) };
}

/** Absolute file of a source that a map names. */
export function sourceFile(source: string, base: string): string {
  return candidates(source, base)[0]!;
}

/**
 * Files that a source of a map can be, the likeliest last but the one to name when none exists first. Bundlers name
 * them relative to the folder that was built, which is somewhere above the bundle: `webpack://name/./src/a.ts`.
 */
export function candidates(source: string, base: string): string[] {
  if (source.startsWith('file:')) return [fileURLToPath(source)];
  const plain = source.replace(/^[a-z-]+:\/\/[^/]*\//i, '').replace(/\?[0-9a-f]*$/i, '');
  const files = [path.resolve(base, plain)];
  if (plain === source) return files;
  for (let folder = base; path.dirname(folder) !== folder;) {
    folder = path.dirname(folder);
    files.push(path.resolve(folder, plain));
  }
  return files;
}
