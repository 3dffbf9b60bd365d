import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../base/log.ts';
import { describeError } from '../base/user-error.ts';
import type { AttachedTarget, TargetEnd } from './ports.ts';

export interface ReconnectPorts {
  /** Where it listens, for people: `127.0.0.1:9229`. */
  place: string;
  /** The address of the inspector that listens there now; undefined when there is none. */
  find: () => Promise<string | undefined>;
  /** Attaches to it, as the next life of the program; rejects when that fails. */
  attach: (webSocketUrl: string) => Promise<AttachedTarget>;
  log: Log;
}

/** Longest time that a restart may take, ms. */
const WAIT_MS = 30_000;
const POLL_MS = 200;

/** A program at one address, through all its lives. */
export interface Lives {
  /** Resolves when it has ended and none came after it in time. */
  ended: Promise<TargetEnd>;
  dispose(): void;
}

/**
 * Waits, each time the program at an address ends, for another one there, and attaches to that.
 * @param url address of the first life
 */
export function followLives(first: AttachedTarget, url: string, ports: ReconnectPorts): Lives {
  const { place, log } = ports;
  const over = new AbortController();

  const next = async (lastUrl: string, how: TargetEnd): Promise<[AttachedTarget, string] | undefined> => {
    let seen: string | undefined;
    for (const end = performance.now() + WAIT_MS; performance.now() < end;) {
      const found = await ports.find();
      over.signal.throwIfAborted();
      const settled = found !== undefined && found === seen;
      seen = found;
      // A program listens before Node is ready for us; one that exits still does while it waits for us to leave.
      if (settled && (found !== lastUrl || how === 'connection-lost')) {
        try {
          return [await ports.attach(found), found];
        } catch (error) {
          log.debug(`${found} is not recorded yet: ${describeError(error)}`);
        }
      }
      await sleep(POLL_MS, undefined, { signal: over.signal });
    }
    return undefined;
  };

  const follow = async (): Promise<TargetEnd> => {
    let target = first;
    let at = url;
    for (;;) {
      const how = await target.ended;
      if (over.signal.aborted) return how;
      log.warn(`The process at ${place} has ended; waiting ${WAIT_MS / 1000} s for another one.`);
      // Whoever stops meanwhile does not want to know.
      const found = await next(at, how).catch(() => undefined);
      if (!found) return how;
      [target, at] = found;
      log.warn(`Recording goes on with process ${target.info.pid} at ${place}.`);
    }
  };

  return {
    ended: follow(),
    dispose: () => over.abort(),
  };
}
