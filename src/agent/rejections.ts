import type { AgentMessage, RawFrame } from './protocol.ts';
import { shadow } from './shadow.ts';
import { parseStack } from './stacks.ts';

const MAX_REASON = 300;
const MAX_REJECTIONS = 1000;

interface Known {
  time: number;
  reason: string;
  frames: RawFrame[];
}

/**
 * Sees unhandled rejections, and those that are handled after all, without changing what they do. Listeners of ours for
 * `unhandledRejection` or `rejectionHandled` would keep a process alive that ought to die, or a warning from being
 * printed, so they are there only while the program has its own; otherwise the fatal ones are seen by
 * `uncaughtExceptionMonitor`, which exists for observers, those that only warn by `warning`.
 */
export function startRejections(now: () => number, send: (message: AgentMessage) => void): { stop(): void } {
  let count = 0;
  /** Reported and not handled since, the oldest first. */
  const open = new Set<Known>();
  /** The same by promise where we were given it, by number where a warning told it. */
  const byPromise = new WeakMap<object, Known>();
  const byNumber = new Map<string, Known>();
  let newest: Known | undefined;

  const report = (reason: unknown, fatal: boolean, words = describe): Known | undefined => {
    if (count++ >= MAX_REJECTIONS) return undefined;
    try {
      const stack = reason instanceof Error && typeof reason.stack === 'string' ? reason.stack : '';
      const known = { time: now(), reason: words(reason), frames: parseStack(stack) };
      send({ t: 'rejection', ...known, fatal });
      if (!fatal) open.add((newest = known));
      return known;
    } catch {
      // A getter of the program's error object threw.
      return undefined;
    }
  };
  const handled = (known: Known | undefined): void => {
    if (!known || !open.delete(known)) return;
    send({
      t: 'handled-late',
      time: now(),
      rejected: known.time,
      reason: known.reason,
      frames: known.frames,
    });
  };

  const onRejection = (reason: unknown, promise: object): void => {
    const known = report(reason, false);
    if (known) byPromise.set(promise, known);
  };
  const onHandled = (promise: object): void => {
    handled(byPromise.get(promise));
    byPromise.delete(promise);
  };
  const onMonitor = (error: unknown, origin: string): void => {
    if (origin === 'unhandledRejection') report(error, true);
  };
  const onWarning = (warning: Error): void => {
    switch (warning.name) {
      case 'UnhandledPromiseRejectionWarning': {
        // With a listener of its own the rejection has been reported already.
        if (process.listenerCount('unhandledRejection') > 0) return;
        const number = rejectionNumber(warning);
        // Node tells of each twice: the reason with its stack, and then what to do about it, with the number.
        if (number === undefined) report(warning, false, firstLine);
        else if (newest) byNumber.set(number, newest);
        return;
      }
      case 'PromiseRejectionHandledWarning': {
        const number = rejectionNumber(warning) ?? '';
        handled(byNumber.get(number) ?? oldestOfOnePlace(open));
        byNumber.delete(number);
      }
    }
  };

  const unshadow = shadow(process, { unhandledRejection: onRejection, rejectionHandled: onHandled });
  process.on('uncaughtExceptionMonitor', onMonitor);
  process.on('warning', onWarning);

  return {
    stop: () => {
      unshadow();
      process.off('uncaughtExceptionMonitor', onMonitor);
      process.off('warning', onWarning);
    },
  };
}

/** Which one a warning means that names neither promise nor known number: where all come from one place, it makes no difference. */
function oldestOfOnePlace(open: ReadonlySet<Known>): Known | undefined {
  const [oldest, ...others] = open;
  return oldest && others.every((other) => isSamePlace(oldest, other)) ? oldest : undefined;
}

function isSamePlace(a: Known, b: Known): boolean {
  const first = topOf(a);
  const second = topOf(b);
  return first !== undefined && second !== undefined && first.every((part, k) => part === second[k]);
}

/** The innermost frame that is not Node's own. */
const topOf = ({ frames }: Known): RawFrame | undefined => frames.find(([, url]) => !url.startsWith('node:'));

/** The number by which Node's warnings name a rejection. */
function rejectionNumber(warning: Error): string | undefined {
  return /\(rejection id: (\d+)\)/.exec(warning.message)?.[1];
}

/** A warning's message is the reason's whole stack. */
function firstLine(warning: unknown): string {
  return (warning as Error).message.split('\n', 1)[0]!.slice(0, MAX_REASON);
}

/** Class and message, without the data that an inspected object would show. */
function describe(reason: unknown): string {
  const text =
    reason instanceof Error ? `${reason.name}: ${reason.message}` : `${typeof reason}: ${String(reason)}`;
  return text.slice(0, MAX_REASON);
}
