import type * as PerfHooks from 'node:perf_hooks';
import { Op } from '../model/event.ts';
import type { Put } from './ring.ts';

/**
 * Records garbage collections; answers what ends it.
 * @param origin clock origin on `performance.now()`, ms
 */
export function recordCollections(
  { PerformanceObserver }: typeof PerfHooks,
  origin: number,
  put: Put,
): () => void {
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind = 0 } = (entry as { detail?: { kind?: number } }).detail ?? {};
      put(Op.Gc | (kind << 8), (entry.duration * 1000) | 0, ((entry.startTime - origin) * 1000) | 0, 0);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}
