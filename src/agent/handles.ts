import type { RawHandle } from './protocol.ts';
import { createStackBudget } from './stack-budget.ts';

/** Creations whose stack is remembered; the oldest is forgotten first. */
const MAX_CREATED = 4096;
/** Timers that are held while they are open. */
const MAX_TIMERS = 4096;
/** Timers made between two heartbeats that are looked at with the next one. */
const MAX_YOUNG = 512;
/** Timers looked at in a heartbeat, to let go of those that have ended. */
const SWEEP = 256;
const MAX_LISTED = 500;
/** Worker threads that are remembered. */
const MAX_WORKERS = 256;

interface HandlesPorts {
  /** An id of `async_hooks` as the recording has it. */
  relative: (asyncId: number) => number;
  /** Number of the stack that runs now; 0 = none. */
  stackNow: () => number;
}

/** What keeps the program's loop alive, and where it was created. */
export interface Handles {
  /** A handle or timer is being made: on the stack that makes it. */
  made: (id: number, type: string, resource: object) => void;
  /** At each heartbeat. */
  beat: () => void;
  /** What is open now: handles, requests under way, and timers, the unref'ed ones too where they are known. */
  list: () => RawHandle[];
  /** Whatever is open and can emit events. */
  emitters: () => object[];
}

/** The part of Node's Timeout that is used. Undocumented, the same since Node 11. */
interface Timer {
  _destroyed?: boolean;
  _idleTimeout?: number;
  _repeat?: number | null;
  hasRef(): boolean;
}

/** The part of a worker's native handle that is used: once it has ended, nothing is answered (Node 18 to 26). */
interface WorkerHandle {
  hasRef?: () => boolean | undefined;
}

interface Inspectable {
  _getActiveHandles?: () => object[];
  _getActiveRequests?: () => object[];
}

/**
 * Handles come from Node's own list; it has no timers, so these are held from their creation until they have ended, at
 * most {@link MAX_TIMERS}, and no worker threads, which are remembered as long as the program has them. Nothing here is asked of the program, and what fails is left out.
 */
export function trackHandles({ relative, stackNow }: HandlesPorts): Handles {
  const created = new Map<number, number>();
  const timers: { timer: Timer; id: number }[] = [];
  /** Most timers of a server end within a heartbeat: these are held no longer than that, and cost no object of ours. */
  const young: (Timer | undefined)[] = new Array<undefined>(MAX_YOUNG).fill(undefined);
  const youngIds = new Int32Array(MAX_YOUNG);
  let youngCount = 0;
  const workers: { handle: WeakRef<WorkerHandle>; id: number }[] = [];
  const budget = createStackBudget();
  let at = 0;

  const node = process as unknown as Inspectable;
  const idOf = (object: object): number => {
    const handle = (object as { _handle?: unknown })._handle ?? object;
    const getAsyncId = (handle as { getAsyncId?: () => number }).getAsyncId;
    return typeof getAsyncId === 'function' ? relative(getAsyncId.call(handle)) : 0;
  };
  const entry = (object: object, type: string, detail: string): RawHandle => {
    const id = idOf(object);
    return { type, id, ref: true, detail, stack: created.get(id) ?? 0 };
  };

  const keepLasting = (): void => {
    for (let k = 0; k < youngCount; k++) {
      const timer = young[k]!;
      if (timers.length < MAX_TIMERS && !hasEnded(timer)) timers.push({ timer, id: youngIds[k]! });
      young[k] = undefined;
    }
    youngCount = 0;
  };

  return {
    made: (id, type, resource) => {
      if (type === 'Timeout' && youngCount < MAX_YOUNG) {
        youngIds[youngCount] = id;
        young[youngCount++] = resource as Timer;
      }
      if (type === 'WORKER' && workers.length < MAX_WORKERS)
        workers.push({ handle: new WeakRef(resource), id });
      if (!budget.take(type)) return;
      const stack = stackNow();
      if (stack === 0) return;
      created.set(id, stack);
      if (created.size > MAX_CREATED) created.delete(created.keys().next().value!);
    },
    beat: () => {
      budget.beat();
      keepLasting();
      for (let k = Math.min(SWEEP, timers.length); k > 0; k--) {
        if (at >= timers.length) at = 0;
        if (hasEnded(timers[at]!.timer)) {
          const last = timers.pop()!;
          if (at < timers.length) timers[at] = last;
        } else at++;
      }
    },
    list: () => {
      keepLasting();
      const list: RawHandle[] = [];
      const add = (make: () => RawHandle): void => {
        if (list.length >= MAX_LISTED) return;
        try {
          list.push(make());
        } catch {
          // Of another shape than Node's.
        }
      };
      for (const handle of node._getActiveHandles?.() ?? []) {
        add(() => {
          const { type, detail } = describe(handle);
          return entry(handle, type, detail);
        });
      }
      for (const request of node._getActiveRequests?.() ?? [])
        add(() => entry(request, className(request), ''));
      for (const { handle, id } of workers) {
        const ref = handle.deref()?.hasRef?.();
        if (ref !== undefined)
          add(() => ({ type: 'WORKER', id, ref, detail: '', stack: created.get(id) ?? 0 }));
      }
      let known = 0;
      for (const { timer, id } of timers) {
        if (hasEnded(timer)) continue;
        const ref = timer.hasRef();
        if (ref) known++;
        const ms = Math.round(timer._idleTimeout ?? 0);
        const detail = typeof timer._repeat === 'number' ? `every ${ms} ms` : `after ${ms} ms`;
        add(() => ({ type: 'Timeout', id, ref, detail, stack: created.get(id) ?? 0 }));
      }
      // Those that were there before us are only counted.
      const counted = process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
      for (let k = known; k < counted; k++)
        add(() => ({ type: 'Timeout', id: 0, ref: true, detail: '', stack: 0 }));
      return list;
    },
    emitters: () =>
      (node._getActiveHandles?.() ?? []).filter(
        (handle) => typeof (handle as Partial<NodeJS.EventEmitter>).listenerCount === 'function',
      ),
  };
}

function hasEnded(timer: Timer): boolean {
  return timer._destroyed === true || timer._idleTimeout === -1;
}

/** The classes of Node's native handles, and the types of async resource that they are. */
const TYPES: Record<string, { server: string; other: string }> = {
  TCP: { server: 'TCPSERVERWRAP', other: 'TCPWRAP' },
  Pipe: { server: 'PIPESERVERWRAP', other: 'PIPEWRAP' },
  TLSWrap: { server: 'TCPSERVERWRAP', other: 'TLSWRAP' },
  TTY: { server: 'TTYWRAP', other: 'TTYWRAP' },
  UDP: { server: 'UDPWRAP', other: 'UDPWRAP' },
  Process: { server: 'PROCESSWRAP', other: 'PROCESSWRAP' },
  MessagePort: { server: 'MESSAGEPORT', other: 'MESSAGEPORT' },
  FSEvent: { server: 'FSEVENTWRAP', other: 'FSEVENTWRAP' },
  StatWatcher: { server: 'STATWATCHER', other: 'STATWATCHER' },
};

interface AnyHandle {
  _handle?: object | null;
  address?: () => { address?: string; port?: number } | string | null;
  connections?: unknown;
  listening?: boolean;
  remoteAddress?: string;
  remotePort?: number;
  fd?: number;
  pid?: number;
  spawnfile?: string;
  path?: string;
}

function describe(object: object): { type: string; detail: string } {
  const handle = object as AnyHandle;
  const native = className(handle._handle ?? object);
  const server = handle.listening !== undefined;
  const type = TYPES[native]?.[server ? 'server' : 'other'] ?? native;
  return { type, detail: detailOf(handle, server) };
}

function detailOf(handle: AnyHandle, server: boolean): string {
  if (handle.remoteAddress !== undefined) return `to ${host(handle.remoteAddress)}:${handle.remotePort ?? 0}`;
  if (handle.spawnfile !== undefined) return `${lastName(handle.spawnfile)}, pid ${handle.pid ?? 0}`;
  if (server || className(handle) === 'Socket') {
    const address = typeof handle.address === 'function' ? handle.address() : null;
    if (typeof address === 'string') return address;
    if (typeof address?.port === 'number') return `${host(address.address ?? '')}:${address.port}`;
  }
  if (handle.fd !== undefined && handle.fd >= 0 && handle.fd <= 2)
    return ['stdin', 'stdout', 'stderr'][handle.fd]!;
  return '';
}

function host(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** Last part of a path of any system. */
export function lastName(file: string): string {
  return file.split(/[\\/]/).at(-1)!;
}

export function className(object: object): string {
  const name: unknown = (object as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === 'string' ? name : '';
}

/** Node keeps the JavaScript object of a native handle under a symbol. */
export function ownerOf(handle: object): object | undefined {
  const symbol = Object.getOwnPropertySymbols(handle).find((one) => one.description === 'owner_symbol');
  return symbol && (handle as Record<symbol, object | undefined>)[symbol];
}
