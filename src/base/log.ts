/** Where a room writes what it did; the faces decide where it goes (stderr, an output channel, nowhere). */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
}

/** Swallows everything. */
export const silentLog: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined };
