import type * as DiagnosticsChannel from 'node:diagnostics_channel';

/** Channels by name, and what listens to each. A channel that the Node at hand lacks is never heard of. */
export type Subscriptions = Record<string, (message: never) => void>;

/**
 * Subscribes to diagnostics channels; answers what takes the subscriptions back. A listener that throws would surface in
 * the program as an uncaught exception, so what it throws is dropped: a message of another shape than Node's is not followed.
 */
export function subscribe(
  diagnostics: Pick<typeof DiagnosticsChannel, 'subscribe' | 'unsubscribe'>,
  subscriptions: Subscriptions,
): () => void {
  const guarded = Object.entries(subscriptions).map(([name, listener]) => {
    const onMessage = (message: unknown): void => {
      try {
        listener(message as never);
      } catch {
        // See above.
      }
    };
    diagnostics.subscribe(name, onMessage);
    return { name, onMessage };
  });
  return () => {
    for (const { name, onMessage } of guarded) diagnostics.unsubscribe(name, onMessage);
  };
}
