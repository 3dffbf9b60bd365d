import { realpathSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Frame, PackageRef } from '../model/location.ts';
import type { Connection } from './connection.ts';
import { createLoadedScripts } from './loaded-scripts.ts';
import { createLocalFiles } from './local-files.ts';
import type { LocalFiles, LocalFilesOptions } from './local-files.ts';
import { packageFolder, readPackage } from './packages.ts';
import type { SourceLocator } from './ports.ts';
import { candidates, openMap, originalLine, originalPlace, sourceMapUrl } from './source-maps.ts';
import type { SourceMapFile } from './source-maps.ts';

/** Larger files are bundles of data, not code that somebody reads. */
const MAX_FILE = 64 << 20;

export interface SourceLocatorOptions extends Partial<LocalFilesOptions> {
  /** Absolute paths of scripts that we put into the target: their frames are marked as the recorder's, like the agent's. */
  ours?: readonly string[];
  /** What V8 knows as the source map of a loaded script, for code that is not as it lies on disk. */
  loadedMap?: (url: string) => Promise<string | undefined>;
  /** The text of such a script as it runs. Without it, no text is known of one whose map V8 told. */
  loadedText?: (url: string) => Promise<string | undefined>;
  /**
   * What V8 is asked about. `transpiled`: what cannot run as it lies on disk, by its name. `own`: all that is not a package's,
   * because test runners and loaders rewrite plain JavaScript, too. Default `transpiled`.
   */
  ask?: 'transpiled' | 'own';
}

/** To ask the process behind a connection for what a loader has compiled in memory. */
export function loadedOptions(connection: Connection): SourceLocatorOptions {
  const scripts = createLoadedScripts(connection, 'sparing');
  return { loadedMap: scripts.mapOf, loadedText: scripts.textOf };
}

interface Script {
  /** What is shown when there is no map: the file here, or the name that V8 has. */
  file: string;
  map?: SourceMapFile;
  /** It is generated, but what from is not known. */
  unmapped: boolean;
  /** V8 was asked and did not know it yet. */
  unknown?: boolean;
  /** What runs is not what lies on disk. */
  rewritten?: boolean;
}

/** Places of the author, by the files on this machine's disk and by what the running program says of its scripts. */
export function createSourceLocator(options: SourceLocatorOptions = {}): SourceLocator {
  const files = createLocalFiles({ roots: [], theirCwd: '', ourCwd: process.cwd(), ...options });
  const ours = new Set(options.ours?.flatMap((file) => [file, realPath(file)]));
  const scripts = new Map<string, Promise<Script>>();
  const sources = new Map<string, Promise<string>>();
  const packages = new Map<string, Promise<PackageRef>>();
  const cached = <T>(cache: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> => {
    let known = cache.get(key);
    if (!known) cache.set(key, (known = make()));
    return known;
  };
  const script = async (url: string): Promise<Script> => {
    const found = await cached(scripts, url, () => loadScript(url, files, options));
    if (found.unknown) scripts.delete(url);
    return found;
  };
  const source = (name: string, base: string): Promise<string> =>
    cached(sources, `${base}\n${name}`, () => findSource(name, base, files));

  const owner = async (file: string): Promise<Pick<Frame, 'owner' | 'package'>> => {
    const found = packageFolder(file);
    if (!found) return { owner: 'own' };
    return {
      owner: 'package',
      package: await cached(packages, found.folder, () => readPackage(found.folder, found.name)),
    };
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
      if (ours.size > 0 && ours.has(toFile(url) ?? ''))
        return { ...place, file: RECORDERS, line, column, owner: 'node' };
      const { file, map, unmapped } = await script(url);
      const original = map && originalPlace(map.map, line, Math.max(column - 1, 0));
      if (original) {
        const found = await source(original.source, map.base);
        const at = { line: original.line, column: original.column + 1 };
        return { ...place, file: found, ...at, ...(await owner(found)) };
      }
      const generated = map !== undefined || unmapped ? { unmapped: true as const } : {};
      return { ...place, file, line, column, ...generated, ...(await owner(file)) };
    },
    locateLine: async (url, line, headColumn) => {
      if (url === '' || url.startsWith('node:')) return line;
      const { map } = await script(url);
      return map ? originalLine(map.map, line, headColumn) : line;
    },
    text: async (url) => {
      if ((await script(url)).rewritten) return options.loadedText?.(url).catch(() => undefined);
      const theirs = toFile(url);
      return theirs === undefined ? undefined : await readScript(await files.find(theirs));
    },
  };
}

/** Where frames of scripts that we put into the target are said to be; the agent's names begin alike. */
const RECORDERS = 'looplens:preload';

/** Node calls a script that it requires by its real path. */
function realPath(file: string): string {
  try {
    return realpathSync.native(file);
  } catch {
    return file;
  }
}

/** Code in these languages is never what V8 runs, unless Node took only the types out, which moves nothing. */
const TRANSPILED = /\.(?:[cm]?tsx?|jsx|vue|svelte|coffee)$/i;

async function loadScript(
  url: string,
  files: LocalFiles,
  { loadedMap, ask = 'transpiled' }: SourceLocatorOptions,
): Promise<Script> {
  const theirs = toFile(url);
  const file = theirs === undefined ? url : await files.find(theirs);
  const text = theirs === undefined ? undefined : await readScript(file);
  let reference = text === undefined ? undefined : sourceMapUrl(text);
  const rewritten = TRANSPILED.test(file) || (ask === 'own' && packageFolder(file) === undefined);
  const asked = loadedMap !== undefined && reference === undefined && (text === undefined || rewritten);
  if (asked) reference = await loadedMap(url).catch(() => undefined);
  // A module of a bundle that is evaluated piece by piece: the bundler's name, and lines of what it made.
  const evaluated = theirs === undefined && url.startsWith('webpack-internal:');
  if (reference === undefined || reference === '') {
    return { file, unmapped: evaluated, unknown: asked && reference === undefined };
  }
  try {
    const folder = theirs === undefined ? process.cwd() : path.dirname(file);
    return { file, map: await openMap(reference, folder), unmapped: false, rewritten: asked };
  } catch {
    return { file, unmapped: true };
  }
}

async function readScript(file: string): Promise<string | undefined> {
  try {
    const stat = await fs.stat(file);
    return stat.isFile() && stat.size <= MAX_FILE ? await fs.readFile(file, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

async function findSource(name: string, base: string, files: LocalFiles): Promise<string> {
  const possible = candidates(name, base);
  for (const file of possible) if (await files.exists(file)) return file;
  return files.find(possible[0]!);
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
  return /^(internal\/|looplens:|\[(eval|stdin)\]-wrapper$)/.test(url);
}
