/** About the last second of heartbeats. */
const SIZE = 50;

/** The lateness of the newest heartbeats, µs: what a status item shows while recording. */
export interface DelayWindow {
  add: (lateUs: number) => void;
  /** 99th percentile; 0 before the first heartbeat. */
  p99: () => number;
}

export function createDelayWindow(): DelayWindow {
  const values: number[] = [];
  return {
    add: (lateUs) => {
      values.push(lateUs);
      if (values.length > SIZE) values.shift();
    },
    p99: () => {
      const sorted = [...values].sort((a, b) => a - b);
      return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? 0;
    },
  };
}
