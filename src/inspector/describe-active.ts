import type { ActiveThing } from './active.ts';

/** What {@link describeActive} answers; it stays in the process. */
interface Described {
  things: Omit<ActiveThing, 'calls'>[];
  /** Functions that the things call, and for each the index of its thing. */
  functions: unknown[];
  owners: number[];
}

/**
 * Runs in the process, as text, with all timers as `this`: says what is open there. It may use nothing from outside
 * itself, and reads only what Node's own objects keep.
 */
export function describeActive(this: unknown[]): Described {
  type Loose = Record<string, unknown> & { constructor?: { name?: string } };
  const described: Described = { things: [], functions: [], owners: [] };
  const MAX_CALLS = 4;
  const MAX_THINGS = 5000;
  const add = (kind: ActiveThing['kind'], detail: string, holds: boolean, functions: unknown[]): void => {
    if (described.things.length >= MAX_THINGS) return;
    const thing = described.things.push({ kind, detail, ref: holds ? 'holds' : 'does-not-hold' }) - 1;
    for (const each of functions.filter((value) => typeof value === 'function').slice(0, MAX_CALLS)) {
      described.functions.push(each);
      described.owners.push(thing);
    }
  };
  /** Listeners, and what `once` wraps; those of Node itself are told apart by their place. */
  const listeners = (emitter: Loose): unknown[] => {
    const events = (emitter['_events'] ?? {}) as Record<string, unknown>;
    return Object.values(events)
      .flat()
      .map((listener) => (listener as { listener?: unknown } | undefined)?.listener ?? listener);
  };
  const address = (host: unknown, port: unknown): string => `${String(host)}:${String(port)}`;
  const socket = (handle: Loose): string => {
    const remote = handle['remoteAddress'];
    const host = handle['_host'];
    if (remote !== undefined) return `socket to ${address(remote, handle['remotePort'])}`;
    if (handle['connecting'] === true)
      return `socket that connects${typeof host === 'string' ? ` to ${host}` : ''}`;
    return 'pipe';
  };
  const server = (handle: Loose): string => {
    const at = (handle as { address?: () => unknown }).address?.();
    if (typeof at === 'string') return `server on ${at}`;
    const { address: host, port } = (at ?? {}) as { address?: string; port?: number };
    return host === undefined ? 'server' : `server on ${address(host, port)}`;
  };
  const fileOf = (child: Loose): string => String(child['spawnfile']).replace(/^.*[\\/]/, '');
  const running = process as unknown as { _getActiveHandles(): Loose[]; _getActiveRequests(): Loose[] };
  const children = running._getActiveHandles().filter((handle) => 'spawnfile' in handle);
  const one = (handle: Loose): void => {
    const name = handle.constructor?.name ?? '';
    const terminal = handle['_type'] === 'tty' || handle['isTTY'] === true;
    const own = listeners(handle);
    const child = children.find(({ stdio }) => Array.isArray(stdio) && stdio.includes(handle));
    const fd = handle['fd'];
    // Node keeps them open without waiting for anything.
    if (fd === 1 || fd === 2) return;
    if (child) add('child-process', `pipe of child process ${fileOf(child)}`, true, own);
    else if (name === 'ChildProcess') {
      add('child-process', `child process ${fileOf(handle)} (pid ${String(handle['pid'])})`, true, own);
    } else if (terminal) add('terminal', 'terminal', true, own);
    else if (typeof handle['listen'] === 'function') add('server', server(handle), true, own);
    else if ('_readableState' in handle) {
      // What an incoming connection calls are listeners of its server.
      const parent = handle['server'] as Loose | null | undefined;
      const detail = parent ? `connection of a ${server(parent)}` : socket(handle);
      add('socket', detail, true, parent ? [] : own);
    } else if (name === 'MessagePort')
      add('port', 'message port, to a worker or the parent thread', true, own);
    else if (name === 'Worker') add('worker', 'worker thread', true, own);
    else if (/^(FSWatcher|FSEvent|StatWatcher)$/.test(name)) {
      const owner = Object.getOwnPropertySymbols(handle).find(
        (symbol) => String(symbol) === 'Symbol(owner_symbol)',
      );
      const watcher = owner && ((handle as Record<symbol, unknown>)[owner] as Loose | undefined);
      add('watcher', 'file watcher', true, watcher ? listeners(watcher) : own);
    } else if (name === 'Signal') add('other', 'signal handler', true, []);
    else add('other', name, true, own);
  };
  const MAX_DELAY = 2 ** 31;
  for (const timer of this as Loose[]) {
    const ms = timer['_idleTimeout'];
    if (timer['_destroyed'] === true || typeof ms !== 'number' || ms < 0 || ms > MAX_DELAY) continue;
    const interval = timer['_repeat'] !== null;
    const holds = (timer as { hasRef?: () => boolean }).hasRef?.() !== false;
    add('timer', `${interval ? 'interval' : 'timer'} of ${ms} ms`, holds, [timer['_onTimeout']]);
  }
  for (const handle of running._getActiveHandles()) {
    try {
      one(handle);
    } catch {
      add('other', 'a handle that cannot be looked into', true, []);
    }
  }
  for (const request of running._getActiveRequests()) {
    add('request', request.constructor?.name ?? 'request', true, [
      request['oncomplete'],
      request['callback'],
    ]);
  }
  return described;
}
