import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.ts';
import type { CallSite, SourceFacts } from '../../../src/model/source-facts.ts';
import { RequestKind } from '../../../src/model/event.ts';
import { node, own, pkg, gc, RecordingBuilder } from './build-recording.ts';
import { golden } from './golden.ts';

const handler = own('app.js', 'handler', 10);

describe('blocked-loop', () => {
  it('names the busy line, its callers and the route', () => {
    const r = new RecordingBuilder(1_000);
    for (let i = 0; i < 31; i++) {
      r.request(i * 32, 'GET /', (q) => {
        q.run(30, handler, own('app.js', 'sleep', 7, 8));
        q.end();
      });
    }
    expect(golden(analyze(r.build(), [facts({ callee: 'sleep', line: 12 })]))).toMatchInlineSnapshot(`
      "blocked: Blocked: 94 % of the time went into runs of 5 ms and more; 99 % of timers were at most 12 ms late.
      error blocked-loop (javascript) app.js:8:1 sleep
        Blocked the event loop 31 times, 30 ms each, 94 % of the loop's time, in GET /
        31 x, 930 ms, max 30, p99 30, share 0.9394
        < call app.js:12:5 handler
        < http-request GET /"
    `);
  });

  it('names the call of a synchronous built-in, from the source or from a stack trace', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 40; i++) {
      r.request(i * 100, `GET /orders/${i}`, (q) => {
        q.run(25, handler, node('fs', 'readFileSync'), node('fs', 'openSync'));
        q.end(200, 'GET /orders/:id');
      });
    }
    expect(golden(analyze(r.build(), [facts({ callee: 'readFileSync', line: 14 })]))).toMatchInlineSnapshot(`
      "blocked: Blocked: 20 % of the time went into runs of 5 ms and more; 99 % of timers were at most 20 ms late.
      error blocked-loop (sync-fs) app.js:14:5 handler
        Blocked the event loop 40 times, 25 ms each, 20 % of the loop's time, in GET /orders/:id (readFileSync)
        40 x, 1000 ms, max 25, p99 25, share 0.2006
        < http-request GET /orders/:id"
    `);
    const ambiguous = [facts({ callee: 'readFileSync', line: 14 }, { callee: 'readFileSync', line: 15 })];
    expect(analyze(r.build(), ambiguous).value.findings[0]?.location.line).toBe(10);
    r.stalls.push({
      timeUs: 10_000,
      heldUs: 9_000,
      stack: r.stack([node('fs', 'readFileSync'), own('app.js', 'handler', 15)]),
    });
    expect(analyze(r.build(), ambiguous).value.findings[0]?.location.line).toBe(15);
  });

  it('names the right one of two synchronous calls on one line', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 40; i++) {
      r.request(i * 100, 'GET /', (q) => {
        q.run(25, handler, node('zlib', 'gzipSync'), node('zlib', 'zlibBufferSync'));
        q.end();
      });
    }
    r.stalls.push({
      timeUs: 10_000,
      heldUs: 9_000,
      stack: r.stack([node('zlib', 'gzipSync'), own('app.js', 'handler', 14)]),
    });
    const both = facts(
      { callee: 'readFileSync', line: 14, column: 30 },
      { callee: 'gzipSync', line: 14, column: 5 },
    );
    expect(analyze(r.build(), [both]).value.findings[0]?.message).toMatch(/\(gzipSync\)$/);
  });

  it('tells of a loop that is held to the end, by its stacks alone', () => {
    const r = new RecordingBuilder(5_000);
    r.heldFromMs = 1_000;
    const stack = r.stack([own('app.js', 'spin', 8), own('app.js', 'handler', 12)]);
    for (const heldMs of [10, 100, 1_000, 3_000])
      r.stalls.push({ timeUs: (1_000 + heldMs) * 1000, heldUs: heldMs * 1000, stack });
    const [first, ...others] = analyze(r.build(), []).value.findings;
    expect(first).toMatchObject({
      rule: 'blocked-loop',
      severity: 'error',
      location: { file: '/app/app.js', line: 8, function: 'spin' },
      evidence: { count: 1, maxMs: 4_000 },
    });
    expect(others).toEqual([]);
    // The timers that could not fire meanwhile were late by all of that.
    const { max } = analyze(r.build(), []).value.health.eventLoopDelayMs;
    expect(max).toBeGreaterThan(3_900);
    // Recording was to end, and could not before the loop was free again.
    r.stalls.push({ timeUs: 12_000_000, heldUs: 11_000_000, stack });
    expect(analyze(r.build(), []).value).toMatchObject({
      recording: { durationMs: 12_000 },
      findings: [{ evidence: { maxMs: 11_000 } }],
    });
    r.stalls.pop();
    // Nothing is known of the time after a process has ended.
    const recording = r.build();
    const gone = { ...recording, trailer: { ...recording.trailer!, ended: 'target-exited' as const } };
    expect(analyze(gone, []).value.findings[0]?.evidence?.maxMs).toBe(3_000);
  });

  it('counts work that ended before the program did once, though no heartbeat came after it', () => {
    const r = new RecordingBuilder(5_000);
    r.heldFromMs = 4_500;
    const spin = own('app.js', 'spin', 8);
    r.request(4_500, 'GET /', (q) => {
      q.run(300, spin);
      q.end();
    });
    r.stalls.push({ timeUs: 4_600_000, heldUs: 100_000, stack: r.stack([spin]) });
    const { findings } = analyze(r.build(), []).value;
    expect(findings.map(({ evidence: e }) => [e!.count, e!.totalMs])).toEqual([[1, 300]]);
  });

  it('sees functions that were inlined before the profile began, where a stack trace passes through them', () => {
    const emit = node('events', 'emit');
    const spin = own('app.js', 'spin', 20);
    const record = (frame: ReturnType<typeof own>, handlerLine: number): string[] => {
      const r = new RecordingBuilder();
      for (let i = 0; i < 12; i++) {
        r.request(i * 100, 'GET /spin', (q) => {
          q.run(40, emit, frame);
          q.end();
        });
        const trace = [own('app.js', 'spin', 22), own('app.js', 'handler', handlerLine), emit];
        r.stalls.push({ timeUs: i * 100_000 + 20_000, heldUs: 20_000, stack: r.stack(trace) });
      }
      return analyze(r.build(), []).value.findings.map(
        (f) => `${f.rule} ${f.location.line} ${f.evidence?.count ?? 0}`,
      );
    };
    // Inlined into Node's code: no own frame in the samples at all.
    expect(record(emit, 12)).toEqual(['blocked-loop 22 12']);
    // Inlined into the handler: its time falls on the line of the call.
    expect(record(own('app.js', 'handler', 10, 12), 12)).toEqual(['blocked-loop 22 12']);
    // The handler was busy elsewhere; the trace caught a call that came after.
    expect(record(own('app.js', 'handler', 10, 17), 12)).toEqual(['blocked-loop 17 12']);
    expect(record(spin, 12)).toEqual(['blocked-loop 20 12']);
  });

  it('asks the samples what an inlined function did, where they know it: a trace is only taken at calls', () => {
    const r = new RecordingBuilder();
    const line = own('sales.js', 'line', 32, 35);
    for (let i = 0; i < 16; i++) {
      r.request(i * 200, 'GET /sales', (q) => {
        // Inlined in the second half: its time falls on the line of its caller's call.
        q.run(40, own('sales.js', 'lines', 25, 28), ...(i < 8 ? [line] : []));
        q.end();
      });
      const trace = [
        own('figures.js', 'median', 7),
        own('sales.js', 'line', 44),
        own('sales.js', 'lines', 28),
      ];
      if (i >= 8) r.stalls.push({ timeUs: i * 200_000 + 20_000, heldUs: 20_000, stack: r.stack(trace) });
    }
    const [finding, ...others] = analyze(r.build(), []).value.findings;
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ location: { line: 35, function: 'line' }, evidence: { count: 16 } });
  });

  it('asks the samples of other times where only traces tell, before the profile began', () => {
    const figures = (busyInMedian: number): unknown[] => {
      const r = new RecordingBuilder();
      const lines = own('sales.js', 'lines', 25, 28);
      const line = own('sales.js', 'line', 32, 35);
      const median = own('figures.js', 'median', 5, 7);
      for (let i = 0; i < 16; i++) {
        r.request(i * 300, 'GET /sales', (q) => {
          if (i < 8) q.stand(40);
          else {
            q.run(40 - busyInMedian, lines, line);
            q.run(busyInMedian, lines, line, median);
          }
          q.end();
        });
        const trace = [
          own('figures.js', 'median', 7),
          own('sales.js', 'line', 44),
          own('sales.js', 'lines', 28),
        ];
        if (i < 8) r.stalls.push({ timeUs: i * 300_000 + 20_000, heldUs: 20_000, stack: r.stack(trace) });
      }
      return analyze(r.build(), []).value.findings.map(({ location: { file, line: at }, evidence: e }) => [
        file,
        at,
        e?.count,
      ]);
    };
    expect(figures(4)).toEqual([[expect.stringMatching(/sales\.js$/), 35, 9]]);
    expect(figures(36)).toEqual([[expect.stringMatching(/figures\.js$/), 7, 9]]);
  });

  it('tells built-ins without a frame by the call on the busy line', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 10; i++) {
      r.request(i * 400, 'POST /import', (q) => {
        q.run(60, own('app.js', 'handler', 10, 17));
        q.end();
      });
      r.request(i * 400 + 200, 'GET /search', (q) => {
        q.run(40, own('search.js', 'matches', 3, 4));
        q.end();
      });
    }
    const known = [
      facts({ callee: 'parse', line: 17, frameless: 'json' }),
      { ...facts({ callee: 'test', line: 4, frameless: 'regexp' }), file: '/app/search.js' },
    ];
    expect(golden(analyze(r.build(), known))).toMatchInlineSnapshot(`
      "blocked: Blocked: 20 % of the time went into runs of 5 ms and more; 99 % of timers were at most 60 ms late.
      error blocked-loop (json) app.js:17:5 handler
        Blocked the event loop 10 times, 60 ms each, 12 % of the loop's time, in POST /import (JSON)
        10 x, 600 ms, max 60, p99 60, share 0.1205
        < http-request POST /import
      warning blocked-loop (regexp) search.js:4:5 matches
        Blocked the event loop 10 times, 40 ms each, 8 % of the loop's time, in GET /search (a regular expression)
        10 x, 400 ms, max 40, p99 40, share 0.0803
        < http-request GET /search"
    `);
  });

  it('tells no built-in where several kinds on the busy line can be meant', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 10; i++) {
      r.request(i * 400, 'GET /rows', (q) => {
        q.run(60, own('app.js', 'handler', 10, 17));
        q.end();
      });
    }
    const known = facts(
      { callee: 'all', line: 17, frameless: 'sync-other' },
      { callee: 'stringify', line: 17, frameless: 'json' },
    );
    const [finding] = analyze(r.build(), [known]).value.findings;
    expect(finding).toMatchObject({ cause: 'javascript', location: { line: 17 } });
    expect(finding?.message).not.toContain('JSON');
  });

  it('tells the time of a function that was inlined with its own', () => {
    const r = new RecordingBuilder();
    const each = own('app.js', 'each', 12);
    for (let i = 0; i < 20; i++) {
      r.request(i * 200, 'GET /rank', (q) => {
        // Before it was inlined, and after: then its lines are on its caller.
        if (i < 8) q.run(60, handler, each, own('app.js', 'distance', 30, 31));
        else q.run(40, handler, { ...each, at: 35 });
        q.end();
      });
    }
    const known = facts({ callee: 'distance', line: 12 });
    const ranges = [
      { first: 10, last: 20 },
      { first: 12, last: 12 },
      { first: 30, last: 40 },
    ];
    const [finding, ...others] = analyze(r.build(), [{ ...known, functions: ranges }]).value.findings;
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      location: { line: 31, function: 'distance' },
      evidence: { count: 20, totalMs: 960 },
    });
  });

  it('does not tell a place for one trace that ended at the call of another', () => {
    const r = new RecordingBuilder();
    const listener = own('app.js', 'onMessage', 14);
    for (let i = 0; i < 10; i++) r.unhooked(i * 300, 90, listener, own('app.js', 'scale', 7, 10));
    r.unhooked(3_200, 110, listener);
    const [finding, ...others] = analyze(r.build(), [facts({ callee: 'scale', line: 14 })]).value.findings;
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ location: { line: 10 }, evidence: { count: 11 } });
  });

  it('tells no built-in where a call only has the name of one', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 10; i++) r.unhooked(i * 300, 60, own('suite.js', 'spin', 10, 17));
    const named = { ...facts({ callee: 'test', line: 17 }), file: '/app/suite.js' };
    const [finding] = analyze(r.build(), [named]).value.findings;
    expect([finding?.location.line, finding?.cause]).toEqual([17, 'javascript']);
  });

  it('blames the own line for what a library does, and names the library', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 20; i++) {
      r.request(i * 200, 'GET /page', (q) => {
        q.run(20, handler, pkg('marked', 'parse', 100), pkg('marked', 'inline', 200));
        q.run(15, handler, pkg('marked', 'parse', 100), pkg('marked', 'block', 300));
        q.end();
      });
    }
    expect(golden(analyze(r.build(), [facts({ callee: 'parse', line: 13 })]))).toMatchInlineSnapshot(`
      "blocked: Blocked: 14 % of the time went into runs of 5 ms and more; 99 % of timers were at most 20 ms late.
      error blocked-loop (javascript) app.js:13:5 handler
        Blocked the event loop 20 times, 35 ms each, 14 % of the loop's time, in GET /page (marked@1.2.3)
        20 x, 700 ms, max 35, p99 35, share 0.1401
        < http-request GET /page
        + inside marked@1.2.3 node_modules/marked/index.js:100:1 parse"
    `);
  });

  it('does not blame middleware that only hands over', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 20; i++) {
      r.request(i * 200, 'GET /page', (q) => {
        q.run(
          30,
          pkg('express', 'handle', 5),
          own('app.js', 'logger', 3),
          pkg('express', 'next', 9),
          pkg('heavy', 'render', 40),
        );
        q.end();
      });
    }
    expect(golden(analyze(r.build(), []))).toMatchInlineSnapshot(`
      "blocked: Blocked: 12 % of the time went into runs of 5 ms and more; 99 % of timers were at most 20 ms late.
      error blocked-loop (javascript) node_modules/heavy/index.js:40:1 render
        Blocked the event loop 20 times, 30 ms each, 12 % of the loop's time, in GET /page
        20 x, 600 ms, max 30, p99 30, share 0.1202
        < call node_modules/express/index.js:9:1 next
        < call node_modules/express/index.js:5:1 handle
        < http-request GET /page"
    `);
  });

  it('finds the call that a callback was passed to', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 20; i++) {
      r.request(i * 200, 'GET /sales', (q) => {
        q.run(30, handler, own('app.js', '', 15));
        q.end();
      });
    }
    const [finding] = analyze(r.build(), [facts({ callee: 'filter', line: 15 }, { callee: 'map', line: 12 })])
      .value.findings;
    expect(finding?.location).toMatchObject({ line: 15 });
    expect(finding?.chain[0]).toMatchObject({ kind: 'call', line: 15, column: 5, function: 'handler' });
  });

  it('keeps apart what one function does at different places', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 10; i++) {
      r.request(i * 400, 'GET /a', (q) => {
        q.run(50, handler, own('app.js', 'work', 30, 32));
        q.end();
      });
      r.request(i * 400 + 200, 'GET /b', (q) => {
        q.run(40, own('app.js', 'other', 50), own('app.js', 'work', 30, 40));
        q.end();
      });
    }
    const { findings } = analyze(r.build(), []).value;
    expect(findings.map((f) => [f.location.line, f.evidence?.routes])).toEqual([
      [32, ['GET /a']],
      [40, ['GET /b']],
    ]);
  });

  it('leaves out time in which the program had no processor', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 20; i++) {
      r.request(i * 200, 'GET /', (q) => {
        q.run(3, handler);
        q.stand(60);
        q.end();
      });
    }
    expect(analyze(r.build(), []).value.findings).toEqual([]);
  });

  it('tells how long others waited on a crowded machine, but does not tell of it because of that', () => {
    const crowded = (runMs: number, standMs: number): ReturnType<typeof analyze> => {
      const r = new RecordingBuilder();
      for (let i = 0; i < 10; i++) {
        r.request(i * 480, 'GET /', (q) => {
          for (let k = 0; k < 6; k++) {
            q.run(runMs, own('app.js', 'sum', 30, 33));
            q.stand(standMs);
          }
          q.run(runMs, own('app.js', 'sum', 30, 33));
          q.end();
        });
      }
      return analyze(r.build(), []);
    };
    // 42 ms of work that had to wait 24 ms for the processor; 12 ms of work that had to wait 15 ms.
    expect(crowded(6, 4).value.findings.map(({ evidence: e }) => e!.totalMs / e!.count)).toEqual([66]);
    expect(crowded(1.7, 2.5).value.findings).toEqual([]);
  });

  it('counts holds that were seen too little where the same surely held the loop, and only there', () => {
    const starved = (sure: number): unknown[] => {
      const r = new RecordingBuilder();
      const sum = own('app.js', 'sum', 30, 33);
      for (let i = 0; i < 10; i++) {
        r.request(i * 400, 'GET /', (q) => {
          if (i < sure) q.run(30, sum);
          else {
            q.run(3, sum);
            q.stand(25);
            q.run(2, sum);
          }
          q.end();
        });
      }
      return analyze(r.build(), []).value.findings.map(({ evidence: e }) => [e!.count, e!.totalMs]);
    };
    expect(starved(6)).toEqual([[10, 300]]);
    expect(starved(0)).toEqual([]);
    // More doubtful ones than sure ones prove nothing.
    expect(starved(4)).toEqual([[4, 120]]);
  });

  it('does not count what a stack trace alone shows where the profile saw nothing run', () => {
    const r = new RecordingBuilder();
    const sum = own('app.js', 'sum', 30, 33);
    for (let i = 0; i < 8; i++) {
      r.request(i * 400, 'GET /', (q) => {
        if (i < 6) q.run(30, sum);
        else q.stand(30);
        q.end();
      });
      if (i >= 6) r.stalls.push({ timeUs: i * 400_000 + 20_000, heldUs: 20_000, stack: r.stack([sum]) });
    }
    const { findings } = analyze(r.build(), []).value;
    expect(findings.map(({ evidence: e }) => [e!.count, e!.totalMs])).toEqual([[6, 180]]);
    expect(JSON.stringify(findings)).not.toContain('NaN');
  });

  it('counts a loop and the small built-ins that it calls as one, and helpers of its own', () => {
    const r = new RecordingBuilder();
    const loop = own('app.js', 'simulate', 30, 33);
    for (let i = 0; i < 20; i++) {
      r.request(i * 200, 'GET /', (q) => {
        q.run(14, loop);
        q.run(16, loop, node('perf_hooks', 'now'));
        q.run(10, loop, own('app.js', 'step', 50, 51));
        q.end();
      });
    }
    const { findings } = analyze(r.build(), []).value;
    expect(findings.map(({ location, evidence: e }) => [location.line, e!.totalMs / e!.count])).toEqual([
      [33, 40],
    ]);
  });

  it('keeps apart what different callers make of a shared function', () => {
    const shared = (firstMs: number, secondMs: number): unknown[] => {
      const r = new RecordingBuilder();
      const work = own('app.js', 'work', 30, 33);
      for (let i = 0; i < 20; i++) {
        r.request(i * 200, 'GET /forecast', (q) => {
          q.run(firstMs, own('app.js', 'forecast', 10), work);
          q.end();
        });
        r.request(i * 200 + 100, 'GET /summary', (q) => {
          q.run(secondMs, own('app.js', 'summary', 20), work);
          q.end();
        });
      }
      return analyze(r.build(), []).value.findings.map(({ location, evidence: e }) => [
        location.line,
        e!.totalMs / e!.count,
        e!.routes,
      ]);
    };
    expect(shared(70, 30)).toEqual([
      [33, 70, ['GET /forecast']],
      [33, 30, ['GET /summary']],
    ]);
    // Where it takes the same for all, it is itself to blame.
    expect(shared(40, 40)).toEqual([[33, 40, ['GET /forecast', 'GET /summary']]]);
  });

  it('splits a hold among two places that share it', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 20; i++) {
      r.request(i * 200, 'GET /both', (q) => {
        q.run(20, handler, node('fs', 'readFileSync'));
        q.run(15, handler, own('app.js', 'digest', 30, 33));
        q.end();
      });
    }
    expect(
      golden(
        analyze(r.build(), [facts({ callee: 'readFileSync', line: 14 }, { callee: 'digest', line: 16 })]),
      ),
    ).toMatchInlineSnapshot(`
      "blocked: Blocked: 14 % of the time went into runs of 5 ms and more; 99 % of timers were at most 20 ms late.
      warning blocked-loop (sync-fs) app.js:14:5 handler
        Blocked the event loop 20 times, 20 ms each, 8 % of the loop's time, in GET /both (readFileSync)
        20 x, 400 ms, max 20, p99 20, share 0.0801
        < http-request GET /both
      warning blocked-loop (javascript) app.js:33:1 digest
        Blocked the event loop 20 times, 15 ms each, 6 % of the loop's time, in GET /both
        20 x, 300 ms, max 15, p99 15, share 0.0601
        < call app.js:16:5 handler
        < http-request GET /both"
    `);
  });

  it('keeps apart what two functions without a name do, however near they are', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 10; i++) {
      r.request(i * 400, 'GET /a', (q) => {
        q.run(50, own('app.js', '', 12, 12));
        q.end();
      });
      r.request(i * 400 + 200, 'GET /b', (q) => {
        q.run(40, own('app.js', '', 13, 14));
        q.end();
      });
    }
    const { findings } = analyze(r.build(), []).value;
    expect(findings.map((f) => [f.location.line, f.evidence?.routes])).toEqual([
      [12, ['GET /a']],
      [14, ['GET /b']],
    ]);
  });

  it('tells a built-in of which only a stack trace knows the line', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 10; i++) {
      r.request(i * 400, 'GET /tag', (q) => {
        // A loader had put the file on one line: no tick tells which.
        q.run(60, own('app.js', '', 10, 1));
        q.end();
      });
    }
    const test = { ...own('', 'RegExp.test', 0), file: '', owner: 'native' } as const;
    const stack = r.stack([test, { ...own('app.js', '', 48), column: 16 }]);
    r.stalls.push({ timeUs: 30_000, heldUs: 25_000, stack });
    const inside = { ...facts(), functions: [{ first: 10, last: 60 }] };
    const [found] = analyze(r.build(), [inside]).value.findings;
    expect(found).toMatchObject({
      rule: 'blocked-loop',
      cause: 'regexp',
      location: { line: 48, column: 16 },
    });
  });

  it('takes what was long only the first time for a cold start', () => {
    const rulesOf = (...holds: number[]): string[] => {
      const r = new RecordingBuilder();
      holds.forEach((ms, i) => {
        r.request(300 + i * 400, 'GET /', (q) => {
          q.run(ms, handler);
          q.end();
        });
      });
      return analyze(r.build(), []).value.findings.map(({ rule }) => rule);
    };
    expect(rulesOf(79, 7)).toEqual([]);
    expect(rulesOf(130, 7)).toEqual(['blocked-loop']);
    expect(rulesOf(79, 7, 40)).toEqual(['blocked-loop']);
    expect(rulesOf(27, ...new Array<number>(10).fill(11))).toEqual(['blocked-loop']);
  });

  it('tells loading as such, whatever its time is spread over', () => {
    const r = new RecordingBuilder();
    const loader = node('internal/modules/cjs/loader', 'wrapSafe');
    const below = [
      loader,
      node('fs', 'readFileSync'),
      node('path', 'dirname'),
      pkg('mime', '', 3),
      node('vm', 'run'),
    ];
    for (const [k, leaf] of below.entries()) r.unhooked(30 + k * 60, 60, loader, pkg('orm', '', 1), leaf);
    const [found] = analyze(r.build(), []).value.findings;
    expect(found).toMatchObject({ severity: 'hint', cause: 'module-load' });
  });

  it('names the call that loads most, not the one that was seen first', () => {
    const helpers = 'internal/modules/helpers';
    const loading = facts({ callee: 'resolve', line: 14 }, { callee: 'require', line: 15 });
    const r = new RecordingBuilder();
    for (let i = 0; i < 40; i++) {
      r.request(100 + i * 100, 'GET /', (q) => {
        q.run(3, handler, node(helpers, 'resolve'), node('fs', 'statSync'));
        q.run(9, handler, node(helpers, 'require'), node('vm', 'wrapSafe'));
        q.end();
      });
    }
    const [found] = analyze(r.build(), [loading]).value.findings;
    expect(found).toMatchObject({ cause: 'module-load', location: { line: 15 } });
  });

  it('tells the loading of modules apart from requests', () => {
    const r = new RecordingBuilder();
    const loader = node('internal/modules/cjs/loader', 'Module._load');
    r.unhooked(30, 400, loader, own('app.js', '', 1), loader, pkg('orm', '', 1));
    for (let i = 0; i < 20; i++) {
      r.request(1_000 + i * 100, 'GET /', (q) => {
        q.run(1, handler);
        q.end();
      });
    }
    expect(golden(analyze(r.build(), []))).toMatchInlineSnapshot(`
      "healthy: Healthy: the loop was busy 8.4 % of the time; 99 % of timers were at most 350 ms late.
      hint blocked-loop (module-load) app.js:1:1
        Blocked the event loop once, for 390 ms, 7.8 % of the loop's time (loading modules at start-up)
        1 x, 390 ms, max 390, p99 390, share 0.0785"
    `);
  });

  it('blames nobody for what Node itself loads when it is first used', () => {
    const rulesWith = (...loader: Parameters<typeof node>): string[] => {
      const r = new RecordingBuilder();
      for (let i = 0; i < 20; i++) {
        r.request(500 + i * 200, 'GET /', (q) => {
          if (i === 0) q.run(150, handler, node(...loader), node('internal/deps/undici/undici', ''));
          else q.run(1, handler);
          q.end();
        });
      }
      return analyze(r.build(), []).value.findings.map(({ rule }) => rule);
    };
    expect(rulesWith('internal/bootstrap/realm', 'compileForInternalLoader')).toEqual([]);
    expect(rulesWith('internal/modules/cjs/loader', 'Module._load')).toEqual(['blocked-loop']);
  });

  it('gives long collections their own cause', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 20; i++) {
      r.request(i * 200, 'GET /report', (q) => {
        q.run(10, own('app.js', 'collect', 20, 22));
        q.run(30, gc);
        q.end();
      });
    }
    expect(golden(analyze(r.build(), []))).toMatchInlineSnapshot(`
      "blocked: Blocked: 16 % of the time went into runs of 5 ms and more; 99 % of timers were at most 40 ms late.
      error blocked-loop (gc) app.js:22:1 collect
        Blocked the event loop 20 times, 40 ms each, 16 % of the loop's time, in GET /report (garbage collection)
        20 x, 800 ms, max 40, p99 40, share 0.1606
        < http-request GET /report"
    `);
  });

  it('only hints at a worker that computes what it is asked for, and serves nothing else', () => {
    const severity = (kind: RequestKind, timers: number): string | undefined => {
      const r = new RecordingBuilder();
      for (let i = 0; i < 10; i++) {
        r.request(
          i * 400,
          'message of the parent thread',
          (q) => q.run(90, own('worker.js', 'scale', 3)),
          kind,
        );
      }
      const timer = timers > 0 ? r.resource('Timeout', 1) : 0;
      for (let k = 0; k < timers; k++) r.call(timer, 150 + k * 400);
      r.threads = [{ id: 'worker-1', name: 'worker worker.js' }];
      const reader = r.build();
      const words = [...reader.events()].map((batch) => ({ ...batch, thread: 'worker-1' }));
      const { findings } = analyze({ ...reader, events: () => words }, []).value;
      return findings.find(({ rule }) => rule === 'blocked-loop')?.severity;
    };
    expect(severity(RequestKind.Message, 0)).toBe('hint');
    expect(severity(RequestKind.Message, 10)).toBe('error');
    expect(severity(RequestKind.Http, 0)).toBe('error');
  });

  it('is silent about short work, single warm-ups and start-up below the threshold', () => {
    const r = new RecordingBuilder();
    r.request(10, 'GET /', (q) => {
      q.run(60, handler, node('internal/modules/cjs/loader', 'Module._load'), pkg('ajv', 'compile', 1));
      q.end();
    });
    for (let i = 0; i < 400; i++) {
      r.request(200 + i * 10, 'GET /', (q) => {
        q.run(2, handler);
        q.end();
      });
    }
    const { value } = analyze(r.build(), []);
    expect(value.findings).toEqual([]);
    expect(value.health.verdict).toBe('healthy');
  });

  it('asks for a longer recording of a busy loop, where one can be made', () => {
    const busy = (ended: 'duration' | 'target-exited'): string[] => {
      const r = new RecordingBuilder(600);
      for (let i = 0; i < 140; i++) {
        r.request(i * 4, 'GET /', (q) => {
          q.run(3.9, own('app.js', `handler${i % 40}`, 10 + i));
          q.end();
        });
      }
      const reader = r.build();
      const trailer = reader.trailer && { ...reader.trailer, ended };
      return analyze({ ...reader, trailer }, []).problems.map(({ code }) => code);
    };
    expect(busy('duration')).toContain('recheck');
    expect(busy('target-exited')).not.toContain('recheck');
  });

  it("counts Node's own work below the hooks' trampoline, of which no line is known, as the program's", () => {
    const r = new RecordingBuilder();
    const trampoline = node('internal/async_hooks', 'callbackTrampoline');
    for (let i = 0; i < 12; i++) {
      r.request(i * 400, 'GET /', (q) => {
        q.run(80, trampoline, node('net', '_writev'), node('internal/async_hooks', 'emitInitNative'));
        q.end();
      });
    }
    const { value, problems } = analyze(r.build(), []);
    expect(value.findings).toEqual([]);
    expect(value.health).toMatchObject({ verdict: 'blocked', utilization: expect.closeTo(0.2, 1) as number });
    expect(problems.map(({ code }) => code)).toContain('hold-without-stack');
  });

  it('says so when a hold has no stack at all', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 20; i++) {
      r.request(i * 200, 'GET /', (q) => {
        q.run(40);
        q.end();
      });
    }
    const { value, problems } = analyze(r.build(), []);
    expect(value.findings).toEqual([]);
    expect(problems.map((p) => p.code)).toEqual(['hold-without-stack']);
  });
});

function facts(
  ...calls: (Pick<CallSite, 'callee' | 'line' | 'frameless'> & { column?: number })[]
): SourceFacts {
  return {
    file: '/app/app.js',
    independentAwaits: [],
    calls: calls.map((call) => ({ column: 5, functionStart: 10, functionEnd: 20, ...call })),
  };
}
