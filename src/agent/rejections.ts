import type { AgentMessage } from './protocol.ts';
import { parseStack } from './stacks.ts';

const MAX_REASON = 300;
const MAX_REJECTIONS = 1000;

/**
 * Sees unhandled rejections without changing what they do. A listener for `unhandledRejection` of our own would keep
 * a process alive that ought to die, so one is added only while the program has its own; the fatal ones are seen by
 * `uncaughtExceptionMonitor`, which exists for observers, those that only warn by `warning`.
 */
export function startRejections(now: () => number, send: (message: AgentMessage) => void): { stop(): void } {
  let count = 0;
  const report = (reason: unknown, fatal: boolean): void => {
    if (count++ >= MAX_REJECTIONS) return;
    try {
      const stack = reason instanceof Error && typeof reason.stack === 'string' ? reason.stack : '';
      send({ t: 'rejection', time: now(), reason: describe(reason), frames: parseStack(stack), fatal });
    } catch {
      // A getter of the program's error object threw.
    }
  };

  const onRejection = (reason: unknown): void => report(reason, false);
  const onMonitor = (error: unknown, origin: string): void => {
    if (origin === 'unhandledRejection') report(error, true);
  };
  const onWarning = (warning: Error): void => {
    // With a listener of its own the rejection has been reported already.
    if (
      warning.name === 'UnhandledPromiseRejectionWarning' &&
      process.listenerCount('unhandledRejection') === 0
    ) {
      report(warning, false);
    }
  };

  const listening = (): boolean => process.listeners('unhandledRejection').includes(onRejection);
  const onAdded = (name: string | symbol, listener: unknown): void => {
    if (name === 'unhandledRejection' && listener !== onRejection && !listening()) {
      process.prependListener('unhandledRejection', onRejection);
    }
  };
  const onRemoved = (name: string | symbol, listener: unknown): void => {
    if (
      name === 'unhandledRejection' &&
      listener !== onRejection &&
      process.listenerCount(name) === 1 &&
      listening()
    ) {
      process.off('unhandledRejection', onRejection);
    }
  };

  if (process.listenerCount('unhandledRejection') > 0)
    process.prependListener('unhandledRejection', onRejection);
  process.on('uncaughtExceptionMonitor', onMonitor);
  process.on('warning', onWarning);
  process.on('newListener', onAdded);
  process.on('removeListener', onRemoved);

  return {
    stop: () => {
      process.off('removeListener', onRemoved);
      process.off('newListener', onAdded);
      process.off('unhandledRejection', onRejection);
      process.off('uncaughtExceptionMonitor', onMonitor);
      process.off('warning', onWarning);
    },
  };
}

/** Class and message, without the data that an inspected object would show. */
function describe(reason: unknown): string {
  const text =
    reason instanceof Error ? `${reason.name}: ${reason.message}` : `${typeof reason}: ${String(reason)}`;
  return text.slice(0, MAX_REASON);
}
