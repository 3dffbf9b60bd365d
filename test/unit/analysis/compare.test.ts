import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareRuns } from '../../../src/analysis/compare/compare.ts';
import type { Run } from '../../../src/analysis/compare/run.ts';
import type { Finding } from '../../../src/model/finding.ts';
import { BLOCKED, HINT, REPORT, SERIAL } from '../report/sample.ts';

const PIECES = 24;

/** Numbers 0..1 that are the same each time. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Durations around `ms` with a long tail, as requests have. */
function durations(ms: number, count: number, seed: number): number[] {
  const random = randomOf(seed);
  return Array.from(
    { length: count },
    () => ms * Math.exp((random() + random() + random() - 1.5) * 0.5) + (random() < 0.02 ? ms * 3 : 0),
  );
}

function runOf(parts: Partial<Run> & { findings?: Finding[] } = {}): Run {
  const { findings = [], ...rest } = parts;
  return {
    file: '/app/a.looplens',
    cwd: '/app',
    report: { ...REPORT, findings },
    durations: new Map([['GET /', durations(20, 600, 1)]]),
    delays: durations(2, 500, 2),
    lines: [],
    requestsByPiece: new Array<number>(PIECES).fill(50),
    pieceMs: 400,
    ...rest,
  };
}

const withRoute = (ms: number, count: number, seed: number): Run =>
  runOf({ durations: new Map([['GET /', durations(ms, count, seed)]]) });

describe('routes', () => {
  test('a recording compared with itself is no different', () => {
    const run = runOf({ findings: [BLOCKED, SERIAL, HINT] });
    const { verdict, routes, findings, lines, health } = compareRuns(run, run);
    expect(verdict).toBe('no-difference');
    expect([...routes, ...findings].map(({ change }) => change)).toEqual(new Array(4).fill('no-difference'));
    expect(lines).toEqual([]);
    expect(health.delayP99Ms?.change).toBe('no-difference');
  });

  test('drawn anew from the same requests, at most 1 of 20 is told to be different', () => {
    const original = durations(20, 500, 3);
    let different = 0;
    const runs = 60;
    for (let i = 0; i < runs; i++) {
      const random = randomOf(i + 10);
      const again = original.map(() => original[Math.floor(random() * original.length)]!);
      const head = runOf({ delays: [], durations: new Map([['GET /', again]]) });
      const base = runOf({ delays: [], durations: new Map([['GET /', original]]) });
      if (compareRuns(base, head).verdict !== 'no-difference') different++;
    }
    expect(different).toBeLessThanOrEqual(runs / 20);
  });

  test('slower and faster requests are told, with an interval around the difference', () => {
    const slower = compareRuns(withRoute(20, 500, 4), withRoute(30, 700, 5));
    expect(slower).toMatchObject({
      verdict: 'worse',
      routes: [{ change: 'worse', p50Ms: { change: 'worse' } }],
    });
    const { base, head, low, high } = slower.routes[0]!.p50Ms!;
    expect(low).toBeGreaterThan(0);
    expect(low).toBeLessThan(head - base);
    expect(high).toBeGreaterThan(head - base);
    expect(compareRuns(withRoute(30, 500, 4), withRoute(20, 700, 5)).verdict).toBe('better');
  });

  test('a difference that is certain but too small to matter is none', () => {
    const { routes } = compareRuns(withRoute(20, 5_000, 6), withRoute(20.8, 5_000, 7));
    expect(routes[0]?.change).toBe('no-difference');
  });

  test('a bad minute among good ones is not taken for a change', () => {
    // The same mixture of quick and slow stretches, in another order.
    const stretches = (order: number[], seed: number) =>
      order.flatMap((ms, i) => durations(ms, 100, seed + i));
    const base = runOf({ durations: new Map([['GET /', stretches([20, 20, 60, 20, 20, 60], 20)]]) });
    const head = runOf({ durations: new Map([['GET /', stretches([20, 60, 20, 60, 20, 60], 40)]]) });
    expect(compareRuns(base, head).routes[0]?.change).not.toBe('worse');
  });

  test('too few requests are unclear, and so is a route that only one recording has', () => {
    const { verdict, routes } = compareRuns(withRoute(20, 8, 8), withRoute(60, 8, 9));
    expect(verdict).not.toBe('worse');
    expect(routes[0]?.change).toBe('unclear');
    const other = runOf({ durations: new Map([['GET /other', durations(20, 100, 1)]]) });
    expect(compareRuns(runOf(), other).routes.map(({ change }) => change)).toEqual(['unclear', 'unclear']);
  });
});

describe('findings', () => {
  const changes = (base: Run, head: Run) =>
    compareRuns(base, head).findings.map(({ rule, change }) => `${change} ${rule}`);

  test('new and gone', () => {
    const base = runOf({ findings: [BLOCKED] });
    const head = runOf({ findings: [SERIAL] });
    expect(changes(base, head)).toEqual(['new serial-awaits', 'gone blocked-loop']);
    expect(compareRuns(base, head).verdict).toBe('mixed');
  });

  test('an edit above, another indentation, another folder and another name of a helper are still the same finding', () => {
    const moved: Finding = {
      ...BLOCKED,
      location: { ...BLOCKED.location, file: '/build/7/slow/index.js', line: 112 },
      lineText: '\twhile (Date.now() < end) ;',
    };
    const head = runOf({ cwd: '/build/7', findings: [moved] });
    expect(changes(runOf({ findings: [BLOCKED] }), head)).toEqual(['no-difference blocked-loop']);
    const { lineText: _, ...edited } = { ...moved };
    expect(changes(runOf({ findings: [BLOCKED] }), runOf({ cwd: '/build/7', findings: [edited] }))).toEqual([
      'no-difference blocked-loop',
    ]);
    const elsewhere = { ...moved, location: { ...moved.location, function: 'other' } };
    expect(
      changes(runOf({ findings: [BLOCKED] }), runOf({ cwd: '/build/7', findings: [elsewhere] })),
    ).toEqual(['new blocked-loop', 'gone blocked-loop']);
  });

  test('cost counts per request, so twice the load is no change and a third of the cost is one', () => {
    const evidence = BLOCKED.evidence!;
    const doubled = { ...BLOCKED, evidence: { ...evidence, count: 62, totalMs: evidence.totalMs * 2 } };
    const twice = {
      ...REPORT,
      findings: [doubled],
      routes: REPORT.routes.map((route) => ({ ...route, requests: route.requests * 2 })),
    };
    const base = runOf({ findings: [BLOCKED] });
    expect(compareRuns(base, { ...runOf(), report: twice }).findings[0]?.change).toBe('no-difference');
    const third = { ...BLOCKED, evidence: { ...evidence, totalMs: evidence.totalMs / 3 } };
    expect(compareRuns(base, runOf({ findings: [third] })).findings[0]).toMatchObject({
      change: 'better',
      cost: { per: 'request' },
    });
  });

  test('what takes no time is compared by how often it happens', () => {
    const rejected = (count: number): Finding => ({
      ...BLOCKED,
      rule: 'unhandled-rejection',
      evidence: { ...BLOCKED.evidence!, count, totalMs: 0, maxMs: 0, loopShare: 0 },
    });
    const changed = (before: number, after: number) =>
      compareRuns(runOf({ findings: [rejected(before)] }), runOf({ findings: [rejected(after)] }))
        .findings[0];
    expect(changed(23, 24)?.change).toBe('no-difference');
    expect(changed(23, 23)?.change).toBe('no-difference');
    expect(changed(100, 10)).toMatchObject({ change: 'better', times: { per: 'request' } });
    expect(changed(10, 100)?.change).toBe('worse');
    expect(changed(10, 100)).not.toHaveProperty('cost');
  });

  test('what came or went only a few times is unclear', () => {
    const rare = { ...BLOCKED, evidence: { ...BLOCKED.evidence!, count: 2 } };
    expect(changes(runOf(), runOf({ findings: [rare] }))).toEqual(['unclear blocked-loop']);
    expect(compareRuns(runOf(), runOf({ findings: [rare] })).verdict).toBe('no-difference');
  });

  test('cases that come by chance are no change, nearly always', () => {
    let told = 0;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
        const random = randomOf(seed);
        const drawn = (): Finding => {
          let count = 0;
          for (let i = 0; i < 400; i++) if (random() < 0.1) count++;
          return { ...BLOCKED, evidence: { ...BLOCKED.evidence!, count, totalMs: count * 30 } };
        };
        const drawnRun = () => runOf({ findings: [drawn()], durations: new Map(), delays: [] });
        if (compareRuns(drawnRun(), drawnRun()).verdict !== 'no-difference') told++;
      }),
      { numRuns: 100, seed: 7 },
    );
    expect(told).toBeLessThanOrEqual(5);
  });
});

describe('lines', () => {
  const line = (ms: number, seed: number): Run['lines'][number] => ({
    location: { file: '/app/a.js', line: 5, column: 1, function: 'render' },
    selfMsByPiece: durations(ms, PIECES, seed),
  });

  test('a function that takes more time for each request is told, one that does not is left out', () => {
    const { lines } = compareRuns(runOf({ lines: [line(20, 1)] }), runOf({ lines: [line(60, 2)] }));
    expect(lines).toMatchObject([{ change: 'worse', per: 'request', location: { line: 5 } }]);
    expect(compareRuns(runOf({ lines: [line(20, 1)] }), runOf({ lines: [line(21, 2)] })).lines).toEqual([]);
  });

  test('without requests, time counts per second', () => {
    const idle = {
      requestsByPiece: new Array<number>(PIECES).fill(0),
      durations: new Map<string, number[]>(),
    };
    const { lines } = compareRuns(runOf({ ...idle, lines: [line(60, 1)] }), runOf({ ...idle, lines: [] }));
    expect(lines).toMatchObject([{ change: 'better', per: 'second', selfMs: { head: 0 } }]);
  });
});
