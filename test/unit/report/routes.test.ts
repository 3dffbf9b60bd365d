import { expect, test } from 'vitest';
import type { RouteSummary } from '../../../src/model/finding.ts';
import { routeLines } from '../../../src/report/route-words.ts';

const SHARES = { totalMs: 90, waitMs: 80, queuedMs: 0, microtaskMs: 0, runMs: 10 };
const route = (waitsFor: RouteSummary['waitsFor']): RouteSummary => ({
  ...{ route: 'GET /a', requests: 9, p50Ms: 90, p99Ms: 90, maxMs: 90, runMs: 10 },
  breakdown: { p50: SHARES, p95: SHARES, p99: SHARES },
  ...(waitsFor && { waitsFor }),
});

test('a route names what it mostly waits for; questions to one host are one thing', () => {
  const lines = routeLines([
    route([
      { kind: 'timer', ms: 30 },
      { kind: 'http', ms: 25, detail: 'GET http://stock.local:8080/items/1' },
      { kind: 'http', ms: 25, detail: 'POST http://stock.local:8080/orders' },
    ]),
  ]);
  expect(lines).toEqual([
    'GET /a  p50 90 ms, p95 90 ms: 80 ms waiting (mostly for HTTP answers of stock.local:8080), 10 ms running',
  ]);
  expect(routeLines([route(undefined)])[0]).toContain('80 ms waiting, 10 ms running');
});
