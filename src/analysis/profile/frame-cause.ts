import type { Cause } from '../../model/finding.ts';
import type { Frame } from '../../model/location.ts';

/** What a frame below the user's code says about why the loop was held; undefined when it says nothing. */
export function causeOfFrame(frame: Frame): Cause | undefined {
  if (frame.function?.startsWith('RegExp:')) return 'regexp';
  if (frame.owner === 'package')
    return SYNC_DATABASE.test(frame.package?.name ?? '') ? 'sync-other' : undefined;
  if (frame.owner === 'native') return NATIVE.get(frame.function ?? '');
  if (frame.owner !== 'node') return undefined;
  const name = lastName(frame.function);
  if (name === 'structuredClone') return 'native';
  const module = frame.file.replace(/^node:/, '').replace(/^internal\//, '');
  if (/^crypto(\/|$)/.test(module)) {
    return name.endsWith('Sync') || CRYPTO_CALLS.has(name) ? 'sync-crypto' : undefined;
  }
  if (!name.endsWith('Sync')) return undefined;
  if (/^fs(\/|$)/.test(module)) return 'sync-fs';
  if (/^zlib(\/|$)/.test(module)) return 'sync-zlib';
  if (/^child_process(\/|$)/.test(module)) return 'sync-child-process';
  return 'sync-other';
}

/** Causes that wait for the operating system or burn time in a built-in that has an asynchronous twin. */
export function isSyncCall(cause: Cause): boolean {
  return (
    cause === 'sync-fs' || cause === 'sync-crypto' || cause === 'sync-zlib' || cause === 'sync-child-process'
  );
}

/** Node names its synchronous calls alike, but not always the functions behind them. */
export function isSyncName(name: string): boolean {
  return name.endsWith('Sync');
}

/** Part of Node's loader: what runs below it is the loading of a module. */
export function isLoader(frame: Frame): boolean {
  return frame.owner === 'node' && /internal\/modules\//.test(frame.file);
}

/** Loads a part of Node that is loaded when it is first used, as `fetch` is. */
export function isBuiltinLoader(frame: Frame): boolean {
  return frame.owner === 'node' && /internal\/bootstrap\/(realm|loaders)/.test(frame.file);
}

/**
 * Code that runs only because a recording is made: what we put into the process, which is marked `looplens:`, and what Node
 * calls our hooks through.
 */
export function isRecorder({ owner, file }: Frame): boolean {
  return owner === 'node' && /^looplens:|internal\/(async_hooks|promise_hooks)$/.test(file);
}

/** Through this Node calls every callback while hooks are there, its own ones, too. */
export function isTrampoline(frame: Frame): boolean {
  return isRecorder(frame) && frame.function === 'callbackTrampoline';
}

/**
 * The function's own name, as a call in the source spells it: `load` of `Object.load`, `async Store.load`, `new load`,
 * `load [as handler]`.
 */
export function lastName(name: string | undefined): string {
  if (!name) return '';
  const plain = name.replace(/ \[as .*\]$/, '').replace(/^(async|new|get|set) /, '');
  return plain.slice(plain.lastIndexOf('.') + 1);
}

/**
 * A call that says only "the next one, please": what it leads to is not the doing of the function that calls it.
 * Middleware calls such functions of its framework.
 */
export function isHandOver(frame: Frame): boolean {
  return frame.owner === 'package' && HAND_OVER.test(lastName(frame.function));
}

const HAND_OVER = /^(next|dispatch|done|handleRequest|continueRequest)$/;

const SYNC_DATABASE = /sqlite|libsql/;

/** In `node:crypto`, these do their work at once although their names do not say so. */
const CRYPTO_CALLS = new Set(['update', 'digest', 'final', 'sign', 'verify', 'randomBytes']);

/** Built-ins that V8 shows by name. */
const NATIVE = new Map<string, Cause>([
  ['readFileUtf8', 'sync-fs'],
  ['structuredClone', 'native'],
  ['wait', 'sync-other'],
  ['stringify', 'json'],
]);
