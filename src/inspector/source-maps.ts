import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { LEAST_UPPER_BOUND, originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import type { Frame, PackageRef } from '../model/location.ts';
import type { SourceLocator } from './ports.ts';

/** Larger files are bundles of data, not code that somebody reads. */
const MAX_FILE = 64 << 20;

interface Script {
  file: string;
  map?: TraceMap;
  /** Folder that relative sources start from. */
  base: string;
}

/** Places by the files on this machine's disk. Source maps: inline, or a file beside the script. */
export function createSourceLocator(): SourceLocator {
  const scripts = new Map<string, Promise<Script | undefined>>();
  const packages = new Map<string, Promise<PackageRef>>();

  const script = (url: string): Promise<Script | undefined> => {
    let known = scripts.get(url);
    if (!known) scripts.set(url, (known = loadScript(url)));
    return known;
  };

  const owner = async (file: string): Promise<Pick<Frame, 'owner' | 'package'>> => {
    const found = packageFolder(file);
    if (!found) return { owner: 'own' };
    let known = packages.get(found.folder);
    if (!known) packages.set(found.folder, (known = readPackage(found.folder, found.name)));
    return { owner: 'package', package: await known };
  };

  return {
    locate: async (name, url, line, column) => {
      const place = { ...(name ? { function: name } : {}) };
      if (url.startsWith('node:') || isBareInternal(url))
        return { ...place, file: url, line, column, owner: 'node' };
      // WebAssembly has no source here: like a built-in, it is told by who called it.
      if (url.startsWith('wasm:')) return { ...place, file: '', line, column, owner: 'native' };
      if (url === '') {
        const synthetic = name.startsWith('(');
        return { ...place, file: '', line, column, owner: synthetic ? 'synthetic' : 'native' };
      }
      const loaded = await script(url);
      if (!loaded) return { ...place, file: toFile(url) ?? url, line, column, owner: 'own' };
      if (loaded.map) {
        const original = lookUp(loaded.map, line, Math.max(column - 1, 0));
        if (original) {
          const file = sourceFile(original.source, loaded.base);
          const mapped: Frame = {
            ...place,
            file,
            line: original.line,
            column: original.column + 1,
            ...(await owner(file)),
          };
          return mapped;
        }
        return { ...place, file: loaded.file, line, column, unmapped: true, ...(await owner(loaded.file)) };
      }
      return { ...place, file: loaded.file, line, column, ...(await owner(loaded.file)) };
    },
    locateLine: async (url, line) => {
      if (url === '' || url.startsWith('node:')) return line;
      const loaded = await script(url);
      if (!loaded?.map) return line;
      return lookUp(loaded.map, line, 0)?.line;
    },
  };
}

function lookUp(
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

async function loadScript(url: string): Promise<Script | undefined> {
  const file = toFile(url);
  if (file === undefined) return undefined;
  const script: Script = { file, base: path.dirname(file) };
  try {
    const stat = await fs.stat(file);
    if (!stat.isFile() || stat.size > MAX_FILE) return script;
    const reference = sourceMapUrl(await fs.readFile(file, 'utf8'));
    if (reference === undefined) return script;
    const { text, base } = await readMap(reference, script.base);
    script.map = new TraceMap(text);
    script.base = base;
  } catch {
    // No map, or a damaged one: the generated place is shown, marked where a map was announced.
  }
  return script;
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

async function readMap(reference: string, folder: string): Promise<{ text: string; base: string }> {
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
  return { text: await fs.readFile(file, 'utf8'), base: path.dirname(file) };
}

function sourceFile(source: string, base: string): string {
  if (source.startsWith('file:')) return fileURLToPath(source);
  // webpack://name/./src/a.ts: relative to the folder that was built, which is usually above the bundle.
  const plain = source.replace(/^[a-z-]+:\/\/[^/]*\//i, '').replace(/\?[0-9a-f]*$/i, '');
  return path.resolve(base, plain);
}

function toFile(url: string): string | undefined {
  try {
    if (url.startsWith('file:')) return fileURLToPath(url);
  } catch {
    return undefined;
  }
  return path.isAbsolute(url) ? url : undefined;
}

/** `internal/...`: how Node before 20 names some of its own scripts. */
function isBareInternal(url: string): boolean {
  return url.startsWith('internal/') || url.startsWith('looplens:');
}

/** The innermost package that a file belongs to: `.../node_modules/@scope/name/...`. */
export function packageFolder(file: string): { folder: string; name: string } | undefined {
  const match = /^(.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/@][^\\/]*))[\\/]/.exec(file);
  return match ? { folder: match[1]!, name: match[2]!.replace('\\', '/') } : undefined;
}

async function readPackage(folder: string, name: string): Promise<PackageRef> {
  try {
    const manifest = JSON.parse(await fs.readFile(path.join(folder, 'package.json'), 'utf8')) as {
      version?: unknown;
    };
    return typeof manifest.version === 'string' ? { name, version: manifest.version } : { name };
  } catch {
    return { name };
  }
}
