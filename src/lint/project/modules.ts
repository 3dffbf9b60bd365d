import fs from 'node:fs';
import path from 'node:path';
import { CachedInputFileSystem, ResolverFactory, type Resolver } from 'enhanced-resolve';

/** Finds the file that a module's name means. Remembers what it found until {@link Modules.forget}. */
export interface Modules {
  /**
   * The absolute file, through relative names, `package.json`'s exports and imports, workspaces and the paths of the
   * nearest tsconfig.json; undefined for Node's own modules and what is not there.
   */
  resolve: (from: string, name: string) => string | undefined;
  forget(): void;
}

/** @param has true for files of the project: those need no look at the disk */
export function createModules(has: (file: string) => boolean): Modules {
  const memo = new Map<string, string | undefined>();
  const resolvers = new Map<string, Resolver>();
  const configs = new Map<string, string | undefined>();
  const packages = new Map<string, string | undefined>();
  const mapping = new Map<string, boolean>();
  const names = new Map<string, string | undefined>();
  const files = new CachedInputFileSystem(fs, 60_000);

  return {
    resolve(from, name) {
      const folder = path.dirname(from);
      if (BUILT_IN.test(name)) return undefined;
      const key = `${folder}\n${name}`;
      if (memo.has(key)) return memo.get(key);
      const found =
        (name.startsWith('.') ? amongFiles(path.resolve(folder, name), has) : undefined) ??
        look(folder, name);
      memo.set(key, found);
      return found;
    },
    forget() {
      memo.clear();
      configs.clear();
      packages.clear();
      mapping.clear();
      names.clear();
      resolvers.clear();
      files.purge();
    },
  };

  function look(folder: string, name: string): string | undefined {
    try {
      const config = nearestConfig(folder);
      if (isForeign(folder, name, config)) return undefined;
      const found = resolverFor(config).resolveSync({}, folder, name);
      return typeof found === 'string' ? found : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * True for a package in `node_modules` that is really there, or nowhere: none of the project's files, and so not worth
   * the whole search. A workspace is a link to a folder elsewhere.
   */
  function isForeign(folder: string, name: string, config: string | undefined): boolean {
    const packageName = /^(?:@[^/]+\/)?[^./#][^/]*/.exec(name)?.[0];
    if (packageName === undefined || mapsNames(config)) return false;
    for (let at = folder; ; at = path.dirname(at)) {
      const real = realPackage(path.join(at, 'node_modules', packageName));
      if (real !== undefined) return real.includes(`${path.sep}node_modules${path.sep}`);
      if (at === path.dirname(at)) return ownName(folder) !== packageName;
    }
  }

  /** Of the package around a folder, by which its own files may call it. */
  function ownName(folder: string): string | undefined {
    if (!names.has(folder)) {
      const own = readName(path.join(folder, 'package.json'));
      const up = path.dirname(folder);
      names.set(folder, own ?? (up === folder ? undefined : ownName(up)));
    }
    return names.get(folder);
  }

  function realPackage(folder: string): string | undefined {
    if (!packages.has(folder)) packages.set(folder, realPath(folder));
    return packages.get(folder);
  }

  /** Whether a tsconfig may lead names elsewhere. */
  function mapsNames(config: string | undefined): boolean {
    if (config === undefined) return false;
    const known = mapping.get(config) ?? /"(?:paths|baseUrl|extends)"/.test(fs.readFileSync(config, 'utf8'));
    mapping.set(config, known);
    return known;
  }

  function resolverFor(config: string | undefined): Resolver {
    const key = config ?? '';
    const known = resolvers.get(key);
    if (known) return known;
    const made = ResolverFactory.createResolver({
      fileSystem: files,
      useSyncFileSystemCalls: true,
      extensions: EXTENSIONS,
      extensionAlias: ALIASES,
      conditionNames: ['node', 'import', 'require', 'types', 'default'],
      mainFields: ['source', 'module', 'main'],
      ...(config === undefined ? {} : { tsconfig: { configFile: config } }),
    });
    resolvers.set(key, made);
    return made;
  }

  function nearestConfig(folder: string): string | undefined {
    if (configs.has(folder)) return configs.get(folder);
    const own = path.join(folder, 'tsconfig.json');
    const up = path.dirname(folder);
    const found = fs.existsSync(own) ? own : up === folder ? undefined : nearestConfig(up);
    configs.set(folder, found);
    return found;
  }
}

function readName(file: string): string | undefined {
  try {
    const { name } = JSON.parse(fs.readFileSync(file, 'utf8')) as { name?: unknown };
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}

function realPath(folder: string): string | undefined {
  try {
    return fs.realpathSync.native(folder);
  } catch {
    return undefined;
  }
}

/** A file of the project that a path without or with another extension means. */
function amongFiles(base: string, has: (file: string) => boolean): string | undefined {
  if (has(base)) return base;
  const extension = path.extname(base);
  for (const other of ALIASES[extension] ?? []) {
    const candidate = base.slice(0, -extension.length) + other;
    if (has(candidate)) return candidate;
  }
  for (const added of EXTENSIONS) if (has(base + added)) return base + added;
  for (const added of EXTENSIONS) {
    const candidate = path.join(base, `index${added}`);
    if (has(candidate)) return candidate;
  }
  return undefined;
}

const EXTENSIONS = ['.ts', '.tsx', '.js', '.jsx', '.mts', '.mjs', '.cts', '.cjs'];
const ALIASES: Record<string, string[]> = {
  '.js': ['.ts', '.tsx', '.js', '.jsx'],
  '.jsx': ['.tsx', '.jsx'],
  '.mjs': ['.mts', '.mjs'],
  '.cjs': ['.cts', '.cjs'],
};

/** Names that never lead to a file of the project. */
const BUILT_IN =
  /^(?:node:|(?:assert|async_hooks|buffer|child_process|cluster|console|crypto|dgram|diagnostics_channel|dns|events|fs|http|http2|https|inspector|module|net|os|path|perf_hooks|process|punycode|querystring|readline|repl|stream|string_decoder|timers|tls|tty|url|util|v8|vm|wasi|worker_threads|zlib)(?:\/promises|\/web|\/strict|\/posix|\/win32)?$|\w+:|data:)/;
