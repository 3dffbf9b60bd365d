import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.ts';
import type { StackId } from '../../../src/model/ids.ts';
import type { SourceFacts } from '../../../src/model/source-facts.ts';
import { gc, node, own, pkg, RecordingBuilder } from './build-recording.ts';
import { golden } from './golden.ts';

const handler = own('app.js', 'handler', 10);
const readFileSync = node('fs', 'readFileSync');

const facts: SourceFacts = {
  file: '/app/app.js',
  independentAwaits: [],
  calls: [{ callee: 'readFileSync', line: 14, column: 5, functionStart: 10, functionEnd: 20 }],
};

/** A route that spends `ms` of every request in a synchronous call. */
function reading(ms: number): RecordingBuilder {
  const r = new RecordingBuilder();
  for (let i = 0; i < 100; i++) {
    r.request(i * 40 + 0.4, 'GET /page', (q) => {
      q.run(1.3, handler);
      q.run(ms, handler, readFileSync, node('fs', 'openSync'));
      q.end();
    });
  }
  return r;
}

describe('sync-io-in-request', () => {
  it('tells calls that are short, but in every request', () => {
    expect(golden(analyze(reading(2).build(), [facts]))).toMatchInlineSnapshot(`
      "healthy: Healthy: the loop was busy 8 % of the time; 99 % of timers were at most 0.0 ms late.
      warning sync-io-in-request (sync-fs) app.js:14:5 handler
        readFileSync held the event loop 2.0 ms per request, 4 % of the loop's time, in GET /page
        100 x, 200 ms, max 2, p99 2, share 0.0402
        < http-request GET /page"
    `);
  });

  it('leaves the word to blocked-loop where the calls are long', () => {
    const { findings } = analyze(reading(25).build(), [facts]).value;
    expect(findings.map((f) => [f.rule, f.cause])).toEqual([['blocked-loop', 'sync-fs']]);
  });

  it('is silent about calls that cost next to nothing, and about calls outside of requests', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 60; i++) {
      r.request(i * 80 + 0.3, 'GET /page', (q) => {
        q.run(2, handler);
        if (i % 10 === 0) q.run(1, handler, readFileSync);
        q.end();
      });
      r.unhooked(i * 80 + 40, 3, own('job.js', 'reload', 3), readFileSync);
    }
    expect(analyze(r.build(), [facts]).value.findings).toEqual([]);
  });

  it('of a function that calls itself names the call of its innermost run', () => {
    const walk: SourceFacts = {
      ...facts,
      calls: [
        { callee: 'readdirSync', line: 31, column: 5, functionStart: 30, functionEnd: 36 },
        { callee: 'sizeOf', line: 34, column: 7, functionStart: 30, functionEnd: 36 },
      ],
    };
    const sizeOf = own('app.js', 'sizeOf', 30);
    const r = new RecordingBuilder();
    for (let i = 0; i < 100; i++) {
      r.request(i * 40 + 0.4, 'GET /size', (q) => {
        q.run(3, handler, sizeOf, sizeOf, node('fs', 'readdirSync'), node('fs', 'handleErrors'));
        q.end();
      });
    }
    const { findings } = analyze(r.build(), [walk]).value;
    expect(findings.map(({ rule, location }) => [rule, location.line])).toEqual([['sync-io-in-request', 31]]);
  });

  it('names the library that makes the call', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 100; i++) {
      r.request(i * 40 + 0.4, 'GET /page', (q) => {
        q.run(3, handler, pkg('views', 'render', 7), readFileSync);
        q.end();
      });
    }
    const [finding] = analyze(r.build(), []).value.findings;
    expect(finding?.related).toEqual([
      {
        message: 'inside views@1.2.3',
        location: { file: '/app/node_modules/views/index.js', line: 7, column: 1, function: 'render' },
      },
    ]);
  });
});

describe('unhandled-rejection', () => {
  it('groups by the place where the reason was made', () => {
    const r = new RecordingBuilder();
    const stack = r.stack([
      pkg('pg', 'query', 5),
      own('db.js', 'load', 20),
      { ...own('app.js', 'refresh', 30), async: 'await' },
    ]);
    for (let i = 0; i < 3; i++) {
      r.rejections.push({ timeUs: i * 1_000_000, reason: `TypeError: no row ${i}`, stack, fatal: i === 2 });
    }
    r.rejections.push({ timeUs: 5, reason: 'string: no stack', stack: r.stack([]), fatal: false });
    expect(golden(analyze(r.build(), []))).toMatchInlineSnapshot(`
      "idle: Idle: the loop was busy under 0.1 % of the time and no request came in.
      error unhandled-rejection db.js:20:1 load
        Nobody handled this rejection, 3 times, and the process ended: TypeError: no row 0
        3 x, 0 ms, max 0, p99 0, share 0
        < await app.js:30:1 refresh
      problem rejection-without-place: A promise was rejected with "string: no stack" and nobody handled it; the reason carries no stack."
    `);
  });
});

describe('cpu-saturated', () => {
  /** Requests one after the other, each `runMs` of the `everyMs` until the next. */
  function busy(everyMs: number, runMs: number): RecordingBuilder {
    const r = new RecordingBuilder(3_000);
    for (let i = 0; i * everyMs < 2_900; i++) {
      r.request(10 + i * everyMs, 'GET /a', (q) => {
        q.run(runMs, handler, own('app.js', 'sign', 30, 33));
        q.end();
      });
    }
    return r;
  }

  it('names the place that takes most of a loop that is never idle', () => {
    expect(golden(analyze(busy(2, 1.95).build(), []))).toMatchInlineSnapshot(`
      "cpu-saturated: Saturated: the loop was busy 97 % of the time with work that is short in itself; 99 % of timers were at most 0.0 ms late.
      warning cpu-saturated (javascript) app.js:33:1 sign
        The loop was busy 97 % of the time with short work, a request 1.9 ms; 98 % of it went into this place
        1450 x, 2900 ms, max 0, p99 0, share 0.9758
        < call app.js:10:1 handler"
    `);
  });

  it('is silent while there is time left, and leaves the word to long blocks', () => {
    expect(analyze(busy(2, 1.5).build(), []).value.findings).toEqual([]);
    const long = analyze(busy(60, 59).build(), []).value.findings;
    expect(long.map(({ rule }) => rule)).toEqual(['blocked-loop']);
  });
});

describe('gc-pressure', () => {
  /** Work of 6 ms every 20 ms that is followed by a collection of `gcMs`. */
  function allocating(gcMs: number): RecordingBuilder {
    const r = new RecordingBuilder();
    for (let i = 0; i < 240; i++) {
      r.request(20 + i * 20, 'GET /timeline', (q) => {
        q.run(2, handler, own('app.js', 'buildTimeline', 40, 44));
        q.run(gcMs, gc);
        q.end();
      });
      r.collection(22 + i * 20, gcMs, 1);
    }
    return r;
  }

  it('names the line that allocates', () => {
    expect(golden(analyze(allocating(5).build(), []))).toMatchInlineSnapshot(`
      "gc-bound: Bound by garbage collection: it took 24 % of the time; the loop was busy 34 % of the time.
      warning gc-pressure (gc) app.js:44:1 buildTimeline
        Garbage collection took 24 % of the time, 240 small ones; most of it followed allocations here
        240 x, 1200 ms, max 5, p99 5, share 0.2416
        < call app.js:10:1 handler"
    `);
  });

  it('judges the share of the time that the loop was busy, where it is often idle', () => {
    const [finding, ...others] = analyze(allocating(2.5).build(), []).value.findings;
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ rule: 'gc-pressure', severity: 'info' });
    expect(finding?.message).toMatch(/^Garbage collection took 12 % of the time/);
  });

  it('is silent about a share that is usual', () => {
    expect(analyze(allocating(1.5).build(), []).value.findings).toEqual([]);
  });
});

describe('microtask-starvation', () => {
  /** Requests whose `pieces` promise reactions follow each other, 0.5 ms each, with or without a turn of the loop between. */
  function reacting(pieces: number, turnMs: number): RecordingBuilder {
    const r = new RecordingBuilder();
    const at = own('app.js', 'applyRule', 12, 14);
    for (let i = 0; i < 12; i++) {
      r.request(100 + i * 400, 'GET /evaluate', (q) => {
        for (let k = 0; k < pieces; k++) {
          q.run(0.5, at);
          if (turnMs > 0) q.wait(turnMs);
          else q.waitFor(0, 0);
        }
        q.end();
      });
    }
    return r;
  }

  it('tells many reactions that keep the loop from turning', () => {
    expect(golden(analyze(reacting(160, 0).build(), []))).toMatchInlineSnapshot(`
      "blocked: Blocked: 19 % of the time went into runs of 5 ms and more; 99 % of timers were at most 80 ms late.
      error microtask-starvation (microtasks) app.js:14:1 applyRule
        Ticks or promise reactions followed each other 12 times, 80 ms each, without letting the loop turn: 19 % of its time, in GET /evaluate
        12 x, 960 ms, max 80, p99 80, share 0.1935
        < http-request GET /evaluate"
    `);
  });

  it('is silent about the same work with turns between', () => {
    expect(analyze(reacting(160, 1.5).build(), []).value.findings).toEqual([]);
  });
});

describe('health', () => {
  it('is idle without requests', () => {
    expect(analyze(new RecordingBuilder().build(), []).value.health).toMatchObject({
      verdict: 'idle',
      utilization: 0,
      eventLoopDelayMs: { p50: 0, p99: 0, max: 0 },
    });
  });

  it('is saturated when short work leaves no idle time', () => {
    const r = new RecordingBuilder(2_000);
    for (let i = 0; i < 980; i++) {
      r.request(i * 2 + 10, `GET /items/${i}`, (q) => {
        q.run(1.95, own('app.js', `step${i % 7}`, 10 + i));
        q.end();
      });
    }
    const { health, routes, findings } = analyze(r.build(), []).value;
    expect(findings).toEqual([]);
    expect(health.verdict).toBe('cpu-saturated');
    expect(routes).toMatchObject([
      { route: 'GET /items/:id', requests: 980, p50Ms: 2, p99Ms: 2, maxMs: 2, runMs: 2 },
    ]);
  });

  it('is saturated where immediates are always due, although hardly anything runs, and does not say that nothing is done', () => {
    const r = new RecordingBuilder();
    const interval = r.resource('Timeout', 0);
    let due = r.resource('Immediate', 100);
    for (let ms = 100.1; ms < 4_990; ms += 0.1) {
      const next = r.resource('Immediate', ms + 0.001);
      r.call(due, ms, 0.01);
      due = next;
      if (Math.round(ms * 10) % 200 === 0) r.unhooked(ms, 1, own('app.js', 'poll', 6));
    }
    const handles = [
      { id: interval, type: 'Timeout', detail: 'every 250 ms', ref: true, stack: 0 as StackId },
    ];
    r.notes.push({ kind: 'handles', thread: 'main', timeUs: 5e6, handles });
    const spins: SourceFacts = {
      file: '/app/app.js',
      independentAwaits: [],
      calls: [{ callee: 'setImmediate', line: 8, column: 3, functionStart: 5, functionEnd: 9 }],
    };
    expect(golden(analyze(r.build(), [spins]))).toMatchInlineSnapshot(`
      "cpu-saturated: Saturated: an immediate was due 98 % of the time, so that the loop never waited; 99 % of timers were at most 0.0 ms late.
      warning cpu-saturated app.js:8:3
        An immediate is due 98 % of the time, 9,800 a second, so the loop never waits and a processor is busy, with 4.9 % of the time in your code and Node's. Wait for an event, or set a timer
        48703 x, 4870 ms, max 0, p99 0, share 0.9799"
    `);
  });

  it('is saturated, not blocked, when holds are the smaller part of a loop that is never idle', () => {
    const verdict = (blocks: number): string => {
      const r = new RecordingBuilder(2_000);
      for (let i = 0; i < 980; i++) {
        r.request(i * 2 + 10, 'GET /', (q) => {
          if (i % 35 >= 30 && i < 35 * blocks) return;
          const blocked = i % 35 === 29 && i < 35 * blocks;
          q.run(blocked ? 11.95 : 1.95, own('app.js', blocked ? 'report' : `step${i % 7}`, 10 + (i % 7)));
          q.end();
        });
      }
      for (let k = 0; k < 2; k++) r.unhooked(1_972 + k, 0.1, own('app.js', 'end', 3));
      return analyze(r.build(), []).value.health.verdict;
    };
    expect(verdict(0)).toBe('cpu-saturated');
    expect(verdict(28)).toBe('cpu-saturated');
  });

  it('counts the heartbeats that a long block left out', () => {
    const r = new RecordingBuilder(4_000);
    // Two thirds of all moments fall into a block, although only three of fifty heartbeats do.
    for (let i = 0; i < 3; i++) r.unhooked(500 + i * 1_200, 900, own('app.js', 'job', 3));
    expect(analyze(r.build(), []).value.health.eventLoopDelayMs).toEqual({ p50: 240, p99: 900, max: 900 });
  });
});
