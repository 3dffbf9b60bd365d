/** Sweeps without an unknown path, about two seconds, after which the framework is listened to no more. */
const QUIET_SWEEPS = 10;
/** So often it is listened to again for a path that is not known; then for good. */
const MAX_RETURNS = 5;
/** Paths whose pattern is remembered. */
const MAX_KNOWN = 5_000;

/** The patterns of routes that a framework tells for each request, as labels by the label of what was asked for. */
export interface Patterns {
  /** A request begins, before the framework sees it. */
  asked: (label: number) => void;
  /** The framework told the pattern. */
  told: (label: number, pattern: number) => void;
  /** The pattern that was told of the same path; 0 = none. */
  of: (label: number) => number;
  /** About five times a second. */
  sweep: () => void;
  stop: () => void;
}

/**
 * Listening has its price: for each request the framework makes an object and runs its handler inside a channel. A server whose paths
 * are all known is therefore left alone, until one comes that is not. One where a path has several patterns never is.
 *
 * @param listen begins to listen, and answers what ends it
 */
export function createPatterns(listen: () => () => void): Patterns {
  const known = new Map<number, number>();
  let leave: (() => void) | undefined = listen();
  let returns = 0;
  let unknown = 0;
  let quiet = 0;
  let needed = false;

  return {
    asked: (label) => {
      if (known.has(label)) return;
      unknown++;
      if (leave) return;
      returns++;
      leave = listen();
    },
    told: (label, pattern) => {
      const before = known.get(label);
      if (before === pattern) return;
      if (before !== undefined) {
        known.set(label, 0);
        needed = true;
      } else if (label !== 0 && known.size < MAX_KNOWN) known.set(label, pattern);
    },
    of: (label) => known.get(label) ?? 0,
    sweep: () => {
      quiet = unknown === 0 ? quiet + 1 : 0;
      unknown = 0;
      if (quiet < QUIET_SWEEPS || known.size === 0 || needed || returns >= MAX_RETURNS) return;
      leave?.();
      leave = undefined;
    },
    stop: () => leave?.(),
  };
}
