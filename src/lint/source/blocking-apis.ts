import type { Cause } from '../../model/finding.ts';
import type { ApiPath } from './bindings.ts';
import { GLOBAL } from './bindings.ts';

/** Which rule answers for a blocking function. */
export type BlockingFamily = 'fs' | 'crypto' | 'zlib' | 'child-process' | 'library';

/** A function that holds the loop until it returns. */
export interface BlockingApi {
  /** As people know it: `readFileSync`, `bcryptjs.hashSync`. */
  name: string;
  family: BlockingFamily;
  cause: Cause;
  /** What to do instead, one sentence. */
  cure: string;
  /** True where the function is often the right choice and only large work hurts. */
  tolerable?: true;
}

/** Looks a function up by where it comes from, never by the look of its name. */
export function blockingApi(api: ApiPath | undefined): BlockingApi | undefined {
  if (!api) return undefined;
  const last = api.path.at(-1) ?? '';
  switch (api.module) {
    case 'fs':
    case 'fs-extra':
    case 'graceful-fs':
      return api.path.length === 1 && /[a-z]Sync$/.test(last) ? fsApi(last) : undefined;
    case 'crypto':
      return api.path.length === 1 && CRYPTO[last]
        ? core(last, 'crypto', 'sync-crypto', CRYPTO[last])
        : undefined;
    case 'zlib':
      return api.path.length === 1 && ZLIB.test(last)
        ? core(
            last,
            'zlib',
            'sync-zlib',
            `Use the asynchronous zlib.${last.slice(0, -4)}(), which runs in the thread pool, or a stream.`,
          )
        : undefined;
    case 'child_process':
      return api.path.length === 1 && /^(?:exec|execFile|spawn)Sync$/.test(last)
        ? core(last, 'child-process', 'sync-child-process', `Use ${last.slice(0, -4)}() and await its end.`)
        : undefined;
    case GLOBAL:
      return api.path.join('.') === 'Atomics.wait'
        ? core('Atomics.wait', 'library', 'sync-other', 'Use Atomics.waitAsync() or a message to the thread.')
        : undefined;
    default:
      return libraryApi(api, last);
  }
}

/** Name in `fs.promises` of a function whose promise gives the same value; undefined where there is none. */
export function promiseForm(name: string): string | undefined {
  const plain = name.replace(/Sync$/, '');
  return PROMISE_FORMS.has(plain) ? plain : undefined;
}

function fsApi(name: string): BlockingApi {
  const plain = promiseForm(name);
  const cure =
    name === 'existsSync'
      ? 'Do the operation itself and handle ENOENT, or use await fs.promises.access().'
      : plain
        ? `Use await fs.promises.${plain}().`
        : 'Use the form in fs.promises, or do it once at start-up.';
  return { ...core(name, 'fs', 'sync-fs', cure), ...(LOOK_UPS.test(name) ? { tolerable: true } : {}) };
}

/** Microseconds on a local disk, and often the simplest thing to do. */
const LOOK_UPS = /^(?:exists|access|stat|lstat|fstat|close)Sync$/;

function libraryApi(api: ApiPath, last: string): BlockingApi | undefined {
  const shape = api.path.join('.');
  for (const [modules, names, family, cause, cure, extra] of LIBRARIES) {
    if (modules.test(api.module) && names.test(shape)) {
      const name = last === '()' || last === '' ? api.module : `${api.module} ${last}`;
      return { ...core(name, family, cause, cure), ...extra };
    }
  }
  return undefined;
}

const core = (name: string, family: BlockingFamily, cause: Cause, cure: string): BlockingApi => ({
  name,
  family,
  cause,
  cure,
});

const PROMISE_FORMS = new Set(
  (
    'readFile writeFile appendFile readdir stat lstat mkdir mkdtemp rm rmdir unlink rename copyFile access chmod chown ' +
    'readlink realpath symlink truncate utimes link cp lutimes'
  ).split(' '),
);

/** The cheap ones (hkdfSync, randomFillSync of a few bytes) are left out on purpose. */
const CRYPTO: Record<string, string> = {
  pbkdf2Sync: 'Use the asynchronous crypto.pbkdf2(), which runs in the thread pool.',
  scryptSync: 'Use the asynchronous crypto.scrypt(), which runs in the thread pool.',
  argon2Sync: 'Use the asynchronous crypto.argon2(), which runs in the thread pool.',
  generateKeyPairSync: 'Use the asynchronous crypto.generateKeyPair(), which runs in the thread pool.',
  generatePrimeSync: 'Use the asynchronous crypto.generatePrime(), which runs in the thread pool.',
  checkPrimeSync: 'Use the asynchronous crypto.checkPrime(), which runs in the thread pool.',
};

const ZLIB =
  /^(?:gzip|gunzip|deflate|inflate|deflateRaw|inflateRaw|unzip|brotliCompress|brotliDecompress|zstdCompress|zstdDecompress)Sync$/;

type Library = [
  modules: RegExp,
  /** The way from the module's exports, joined by dots. */
  names: RegExp,
  family: BlockingFamily,
  cause: Cause,
  cure: string,
  extra?: Pick<BlockingApi, 'tolerable'>,
];

const SQLITE = 'Move large queries to a worker thread, or read fewer rows.';

const LIBRARIES: Library[] = [
  [
    /^(?:bcrypt|@node-rs\/bcrypt|@node-rs\/argon2)$/,
    /^(?:hash|compare|verify)Sync$/,
    'crypto',
    'sync-crypto',
    'Use the asynchronous form, which runs in the thread pool.',
  ],
  [
    /^bcryptjs$/,
    /^(?:hash|compare)(?:Sync)?$/,
    'crypto',
    'sync-crypto',
    'Use the native package bcrypt, or a worker thread: bcryptjs computes on this thread in its asynchronous form too.',
  ],
  [
    /^scrypt-js$/,
    /^syncScrypt$/,
    'crypto',
    'sync-crypto',
    'Use crypto.scrypt(), which runs in the thread pool.',
  ],
  [
    /^pako$/,
    /^(?:deflate|deflateRaw|inflate|inflateRaw|gzip|ungzip)$/,
    'zlib',
    'sync-zlib',
    'Use the asynchronous functions of node:zlib, which run in the thread pool.',
  ],
  [
    /^fflate$/,
    /^(?:\w+Sync)$/,
    'zlib',
    'sync-zlib',
    'Use the asynchronous functions of node:zlib, which run in the thread pool.',
  ],
  [
    /^execa$/,
    /^(?:execaSync|execaCommandSync|sync|execa\.sync|\$\.sync)$/,
    'child-process',
    'sync-child-process',
    'Use await execa().',
  ],
  [
    /^cross-spawn$/,
    /^(?:sync|spawnSync)$/,
    'child-process',
    'sync-child-process',
    'Use spawn() and await its end.',
  ],
  [
    /^shelljs$/,
    /^(?:exec|cp|rm|mv|mkdir|cat|find|ls|sed|grep)$/,
    'child-process',
    'sync-child-process',
    'Use node:child_process or fs.promises: shelljs waits synchronously.',
  ],
  [
    /^(?:glob|fast-glob|tinyglobby|globby|rimraf|mkdirp|del|find-up|make-dir|pkg-dir|read-pkg|read-pkg-up|load-json-file|write-json-file|cosmiconfig|write-file-atomic|jsonfile|proper-lockfile|tmp)$/,
    /^(?:sync|\w+Sync|\w+\.sync|\w+\.\w+Sync|\(\)\.\w+Sync)$/,
    'library',
    'sync-fs',
    'Use the asynchronous form of the package.',
  ],
  [
    /^(?:sync-request|sync-fetch|then-request-sync|http-sync|urllib-sync)$/,
    /^\(?\)?$/,
    'library',
    'sync-other',
    'Use await fetch().',
  ],
  [
    /^deasync$/,
    /^(?:|sleep|loopWhile|runLoopOnce|\(\)\.?.*)$/,
    'library',
    'sync-other',
    'Await the promise instead of spinning the loop.',
  ],
  [
    /^(?:readline-sync|prompt-sync)$/,
    /^(?:|\w+|\(\))$/,
    'library',
    'sync-other',
    'Use node:readline/promises.',
  ],
  [
    /^csv-parse\/sync$|^csv-stringify\/sync$/,
    /^(?:parse|stringify)$/,
    'library',
    'javascript',
    'Use the streaming form of the package.',
  ],
  [
    /^(?:pug|ejs|nunjucks)$/,
    /^(?:renderFile|compileFile|render|compile)$/,
    'library',
    'javascript',
    'Compile the template once at start-up.',
    { tolerable: true },
  ],
  [
    /^adm-zip$/,
    /^\(\)\.(?:extractAllTo|extractEntryTo|writeZip|toBuffer|addLocalFile|addLocalFolder|readAsText|readFile)$/,
    'library',
    'sync-zlib',
    'Use a streaming zip package, or a worker thread.',
  ],
  [
    /^xlsx$/,
    /^(?:read|readFile|write|writeFile)$/,
    'library',
    'javascript',
    'Parse and write workbooks in a worker thread.',
  ],
  [
    /^v8$/,
    /^writeHeapSnapshot$/,
    'library',
    'sync-other',
    'Use v8.getHeapSnapshot(), or take it through the inspector.',
    // Whoever asks for a snapshot knows that it takes its time.
    { tolerable: true },
  ],
  [
    /^better-sqlite3$/,
    /^\(\)\.(?:exec|backup|prepare\.\(\)\.(?:all|get|run|iterate))$/,
    'library',
    'sync-other',
    SQLITE,
    { tolerable: true },
  ],
  [
    /^sqlite$/,
    /^DatabaseSync\.\(\)\.(?:exec|prepare\.\(\)\.(?:all|get|run|iterate))$/,
    'library',
    'sync-other',
    SQLITE,
    { tolerable: true },
  ],
];
