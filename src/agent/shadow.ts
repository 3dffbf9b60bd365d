type Listener = (...args: never[]) => void;

/**
 * Listens to events for which having a listener changes what Node does: an unhandled rejection no longer ends the
 * process, a message is no longer kept for later. Ours are there only while the program has its own, before them.
 * Answers what takes them away again.
 */
export function shadow(emitter: NodeJS.EventEmitter, listeners: Record<string, Listener>): () => void {
  const ours = (name: string | symbol): Listener | undefined =>
    typeof name === 'string' && Object.hasOwn(listeners, name) ? listeners[name] : undefined;
  const listening = (name: string | symbol, listener: Listener): boolean =>
    emitter.listeners(name).includes(listener);

  const onAdded = (name: string | symbol, added: unknown): void => {
    const listener = ours(name);
    if (!listener || added === listener || listening(name, listener)) return;
    emitter.prependListener(name, listener as never);
  };
  const onRemoved = (name: string | symbol, removed: unknown): void => {
    const listener = ours(name);
    if (!listener || removed === listener) return;
    if (emitter.listenerCount(name) === 1 && listening(name, listener)) emitter.off(name, listener as never);
  };

  for (const name of Object.keys(listeners)) {
    if (emitter.listenerCount(name) > 0) emitter.prependListener(name, listeners[name] as never);
  }
  emitter.on('newListener', onAdded);
  emitter.on('removeListener', onRemoved);
  return () => {
    emitter.off('removeListener', onRemoved);
    emitter.off('newListener', onAdded);
    for (const name of Object.keys(listeners)) emitter.off(name, listeners[name] as never);
  };
}
