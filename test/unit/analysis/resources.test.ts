import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.ts';
import { Op, OperationKind } from '../../../src/model/event.ts';
import type { StackId } from '../../../src/model/ids.ts';
import type { SourceFacts } from '../../../src/model/source-facts.ts';
import { own, RecordingBuilder } from './build-recording.ts';
import { golden } from './golden.ts';

const at = (line: number, name = 'work') => own('app.js', name, line);
const rules = (r: RecordingBuilder, facts: SourceFacts[] = []): string[] =>
  analyze(r.build(), facts).value.findings.map(({ rule }) => rule);

describe('thread-pool-saturated', () => {
  /** Four hashes of `serviceMs` at a time, `atOnce` of them asked for together. */
  function hashing(atOnce: number, serviceMs: number): RecordingBuilder {
    const r = new RecordingBuilder();
    for (let start = 100; start < 4_500; start += (atOnce / 4) * serviceMs + 20) {
      for (let i = 0; i < atOnce; i++) {
        const done = start + (Math.floor(i / 4) + 1) * serviceMs;
        const id = r.resource('PBKDF2REQUEST', start, done + i / 100);
        r.created(id, start + 0.001, at(7, 'register'), at(20, 'client'));
      }
    }
    return r;
  }

  it('is silent where the loop is held as long as tasks seem to take', () => {
    const held = hashing(16, 20);
    expect(rules(hashing(16, 20))).toContain('thread-pool-saturated');
    for (let ms = 110; ms < 4_500; ms += 60) held.unhooked(ms, 30, at(40, 'render'));
    expect(rules(held)).not.toContain('thread-pool-saturated');
  });

  it('tells how long tasks queue, for how many threads, and who asks', () => {
    expect(golden(analyze(hashing(16, 50).build(), []))).toMatchInlineSnapshot(`
      "thread-pool-bound: Bound by the thread pool: 40 % of the time tasks waited for one of its 4 threads, 38 ms each; the loop was busy under 0.1 % of the time.
      info thread-pool-saturated app.js:7:1 register
        320 tasks waited 38 ms each for one of the pool's 4 threads, then took 38 ms; all threads were busy 40 % of the time; most of the threads' time goes to crypto jobs asked for here. Ask for fewer at once, or set UV_THREADPOOL_SIZE
        320 x, 12013.2 ms, max 100.1, p99 100.1, share 0
        < call app.js:20:1 client"
    `);
  });

  it('counts no synchronous call of the same kind: it is created like a task, and never called back', () => {
    const r = hashing(16, 50);
    for (let ms = 50; ms < 4_500; ms += 10) r.resource('RANDOMBYTESREQUEST', ms);
    const { findings, health } = analyze(r.build(), []).value;
    expect(findings.map(({ message }) => message.split(';')[0])).toEqual([
      "320 tasks waited 38 ms each for one of the pool's 4 threads, then took 38 ms",
    ]);
    expect(health.verdict).toBe('thread-pool-bound');
  });

  it('is silent while there is a thread for each, and about short tasks', () => {
    expect(rules(hashing(4, 50))).toEqual([]);
    expect(rules(hashing(16, 1))).toEqual([]);
  });
});

describe('unbounded-concurrency', () => {
  function burst(count: number): RecordingBuilder {
    const r = new RecordingBuilder();
    for (let k = 0; k < 4; k++) {
      const start = 200 + k * 1_000;
      const timer = r.resource('Timeout', start - 100);
      r.call(timer, start, 2, () => {
        for (let i = 0; i < count; i++)
          r.created(r.resource('FSREQPROMISE', start, start + 300, 0, timer), start, at(9));
      });
    }
    return r;
  }

  it('counts what one piece of work begins at once', () => {
    expect(golden(analyze(burst(400).build(), []))).toMatchInlineSnapshot(`
      "thread-pool-bound: Bound by the thread pool: 24 % of the time tasks waited for one of its 4 threads, 295 ms each; the loop was busy under 0.1 % of the time.
      warning thread-pool-saturated app.js:9:1 work
        1600 tasks waited 295 ms each for one of the pool's 4 threads, then took 3.0 ms; all threads were busy 24 % of the time; most of the threads' time goes to file operations asked for here. Ask for fewer at once, or set UV_THREADPOOL_SIZE
        1600 x, 472032 ms, max 298, p99 298, share 0
      info unbounded-concurrency app.js:9:1 work
        Began 400 file operations at once, 4 times: with more data there will be more. Begin a few at a time
        400 x, 0 ms, max 0, p99 0, share 0"
    `);
  });

  it('names the join of all of them, not that of the few parts of each', () => {
    const r = new RecordingBuilder(1_000);
    const timer = r.resource('Timeout', 100);
    const all = { ...at(0, ''), async: 'all' } as const;
    const [part, item] = [
      { ...at(15, 'author'), async: 'await' },
      { ...at(38, 'item'), async: 'await' },
    ] as const;
    const items = { ...at(44, 'list'), async: 'await' } as const;
    r.call(timer, 200, 2, () => {
      for (let i = 0; i < 400; i++) {
        r.resource('TCPCONNECTWRAP', 200, 800, 0, timer);
        r.await(200, 800, timer, timer, part, all, item, all, items);
        r.await(200, 800, timer, timer, item, all, items);
      }
    });
    const found = analyze(r.build(), []).value.findings.find((f) => f.rule === 'unbounded-concurrency');
    expect(found).toMatchObject({ location: { line: 44 }, evidence: { count: 400 } });
  });

  it('does not name the line that began as many one by one before', () => {
    const r = burst(400);
    for (let i = 0; i < 600; i++) {
      const timer = r.resource('Timeout', 2_300);
      r.call(timer, 2_300 + i, 0.1, () =>
        r.created(r.resource('FSREQPROMISE', 2_300 + i, 2_301 + i, 0, timer), 2_300 + i, at(5)),
      );
    }
    const found = analyze(r.build(), []).value.findings.filter((f) => f.rule === 'unbounded-concurrency');
    expect(found.map(({ location }) => location.line)).toEqual([9]);
  });

  it('is silent about a hundred at once', () => {
    expect(rules(burst(100))).not.toContain('unbounded-concurrency');
  });

  it('is silent about what Node begins for a single call', () => {
    const r = new RecordingBuilder();
    const timer = r.resource('Timeout', 100);
    r.call(timer, 200, 2, () => {
      for (let i = 0; i < 400; i++) r.resource('FSREQCALLBACK', 200, 900, 0, timer);
    });
    r.await(150, 900, timer, timer, { ...at(18, 'cleanUp'), async: 'await' });
    const { value, problems } = analyze(r.build(), []);
    expect(value.findings.map(({ rule }) => rule)).not.toContain('unbounded-concurrency');
    expect(problems.map(({ code }) => code)).toContain('burst-without-place');
  });
});

describe('listener-growth', () => {
  function listening(...counts: number[]): RecordingBuilder {
    const r = new RecordingBuilder();
    r.request(10, 'GET /', (q) => q.end());
    const stack = r.stack([at(12, 'watch')]);
    counts.forEach((count, i) => {
      r.notes.push({
        kind: 'listeners',
        thread: 'main',
        timeUs: i * 1e6,
        emitter: 'Stock',
        event: 'change',
        count,
        stack,
      });
    });
    return r;
  }

  it('names the line that adds them', () => {
    expect(golden(analyze(listening(16, 64, 256).build(), []))).toMatchInlineSnapshot(`
      "healthy: Healthy: the loop was busy under 0.1 % of the time; 99 % of timers were at most 0.0 ms late.
      warning listener-growth app.js:12:1 watch
        256 listeners for 'change' on one Stock, added here and not removed: each is called for every event, and keeps its memory
        256 x, 0 ms, max 0, p99 0, share 0"
    `);
  });

  it('names the only line that adds one with each run, where listeners were counted and not seen to be added', () => {
    const counted = (): RecordingBuilder => {
      const r = listening(64);
      for (const note of r.notes) if (note.kind === 'listeners') note.stack = 0 as StackId;
      return r;
    };
    const adding = (...lines: number[]): SourceFacts => ({
      file: '/app/app.js',
      independentAwaits: [],
      calls: [],
      leaks: lines.map((line) => ({ emitter: 'stock', event: 'change', line, column: 3 })),
    });
    const placesOf = (known: SourceFacts): unknown[] =>
      analyze(counted().build(), [known]).value.findings.map(({ rule, location }) => [rule, location.line]);
    expect(placesOf(adding(31))).toEqual([['listener-growth', 31]]);
    // Nobody knows which of them, or nothing proves that one was added with each run.
    expect(placesOf(adding(31, 40))).toEqual([]);
    expect(placesOf(adding())).toEqual([]);
  });

  it('names a line that every run comes to, where nobody could count and the profile saw it run', () => {
    const visited = (times: number, everyMs: number): RecordingBuilder => {
      const r = new RecordingBuilder();
      for (let i = 0; i < times; i++)
        r.request(100 + i * everyMs, 'GET /board', (q) => {
          q.run(2, at(20, 'answer'), at(30, 'show'));
          q.end();
        });
      return r;
    };
    const known = (...within: number[]): SourceFacts => ({
      file: '/app/app.js',
      independentAwaits: [],
      calls: [],
      functionRanges: [20, 30].map((line) => ({
        start: { line, column: 1 },
        end: { line: line + 5, column: 1 },
      })),
      leaks: [
        {
          emitter: 'closing.signal',
          event: 'abort',
          line: 32,
          column: 3,
          ...(within.length > 0 && { within: within.map((line) => ({ line, column: 1 })) }),
        },
      ],
    });
    expect(golden(analyze(visited(8, 400).build(), [known(30)]))).toMatchInlineSnapshot(`
      "healthy: Healthy: the loop was busy 0.3 % of the time; 99 % of timers were at most 0.0 ms late.
      info listener-growth app.js:32:3
        Each run of this adds a listener for 'abort' to closing.signal, and none is removed: at least 8 were added, in GET /board; each is called for every event, and keeps its memory
        8 x, 0 ms, max 0, p99 0, share 0
        < http-request GET /board"
    `);
    // The caller's runs prove it as well, where every one of them comes to the line.
    expect(rules(visited(8, 400), [known(20)])).toEqual(['listener-growth']);
    // Seen too few times, all at once, or under a condition.
    expect(rules(visited(2, 400), [known(30)])).toEqual([]);
    expect(rules(visited(8, 20), [known(30)])).toEqual([]);
    expect(rules(visited(8, 400), [known()])).toEqual([]);
  });

  it('is silent about few', () => {
    expect(rules(listening(10))).toEqual([]);
    expect(rules(listening(8, 9))).toEqual([]);
  });
});

describe('handle-leak', () => {
  /** Intervals that requests set; `kept` of them are open at the end. */
  function dashboards(requests: number, kept: number): RecordingBuilder {
    const r = new RecordingBuilder();
    const ids: number[] = [];
    for (let i = 0; i < requests; i++) {
      r.request(50 + i * 100, 'GET /open', (q) => {
        q.run(0.2, at(1));
        ids.push(q.timer());
        q.end();
      });
    }
    const stack = r.stack([at(15, 'open'), at(22, 'handler')]);
    const handles = ids
      .slice(0, kept)
      .map((id) => ({ type: 'Timeout', id, ref: true, detail: 'every 1000 ms', stack }));
    r.notes.push({ kind: 'handles', thread: 'main', timeUs: 5e6, handles });
    return r;
  }

  it('tells what outlives the requests that opened it', () => {
    expect(golden(analyze(dashboards(40, 40).build(), []))).toMatchInlineSnapshot(`
      "healthy: Healthy: the loop was busy under 0.1 % of the time; 99 % of timers were at most 0.0 ms late.
      warning handle-leak app.js:15:1 open
        40 intervals created here are still open although their requests are answered: more with each call, and they keep the process alive
        40 x, 0 ms, max 4950, p99 0, share 0
        < call app.js:22:1 handler
        < http-request GET /open"
    `);
  });

  it('is silent about a few', () => {
    expect(rules(dashboards(40, 6))).toEqual([]);
  });

  it('says why a program that does nothing is still running', () => {
    const r = new RecordingBuilder();
    const socket = r.resource('TCPWRAP', 100);
    r.call(r.resource('Timeout', 50), 205, 3);
    const handles = [
      { type: 'TCPWRAP', id: socket, ref: true, detail: '10.0.0.1:5432', stack: r.stack([at(3, 'connect')]) },
    ];
    r.notes.push({ kind: 'handles', thread: 'main', timeUs: 5e6, handles });
    expect(golden(analyze(r.build(), []))).toMatchInlineSnapshot(`
      "idle: Idle: the loop was busy under 0.1 % of the time and no request came in.
      info handle-leak app.js:3:1 connect
        The program has done nothing for 4.8 s and does not end: the connection (10.0.0.1:5432) created here keeps it running. Close it, or unref() it
        1 x, 0 ms, max 4772, p99 0, share 0"
    `);
    const server = { type: 'TCPSERVERWRAP', id: 8, ref: true, detail: ':3000', stack: 0 as StackId };
    r.notes.push({ kind: 'handles', thread: 'main', timeUs: 5e6, handles: [...handles, server] });
    expect(rules(r)).toEqual([]);
  });

  it('takes a worker of which nothing is known for one that works', () => {
    const r = new RecordingBuilder();
    const worker = r.resource('WORKER', 100);
    r.call(r.resource('Timeout', 50), 205, 3);
    const handle = { type: 'WORKER', id: worker, ref: true, detail: '', stack: r.stack([at(3, 'start')]) };
    r.notes.push({ kind: 'handles', thread: 'main', timeUs: 5e6, handles: [handle] });
    expect(rules(r)).toEqual([]);
  });

  it('says so of a server that only the program itself asked', () => {
    const tested = (asks: number): RecordingBuilder => {
      const r = new RecordingBuilder();
      for (let i = 0; i < 3; i++) {
        r.request(100 + i * 100, 'GET /', (q) => {
          q.run(1, at(1));
          q.end();
        });
      }
      const label = r.tables.labels.push('GET http://127.0.0.1:4000/') - 1;
      for (let i = 0; i < asks; i++) {
        const us = 99_000 + i * 100_000;
        r.event(us, Op.OperationStart, OperationKind.Http, i + 1, us, label);
      }
      const handle = { id: 8, ref: true, stack: 0 as StackId };
      const server = { ...handle, type: 'TCPSERVERWRAP', detail: '127.0.0.1:4000' };
      const stdout = { ...handle, type: 'PIPEWRAP', detail: 'stdout' };
      r.notes.push({ kind: 'handles', thread: 'main', timeUs: 5e6, handles: [server, stdout] });
      return r;
    };
    const calls = [{ callee: 'listen', line: 7, column: 8, functionStart: 1, functionEnd: 40 }];
    const facts = [{ file: '/app/app.js', independentAwaits: [], calls }];
    expect(golden(analyze(tested(3).build(), facts))).toMatchInlineSnapshot(`
      "healthy: Healthy: the loop was busy under 0.1 % of the time; 99 % of timers were at most 0.0 ms late.
      info handle-leak app.js:7:8
        The program has done nothing for 4.7 s and does not end: the server (127.0.0.1:4000) created here keeps it running. Close it, or unref() it
        1 x, 0 ms, max 4680, p99 0, share 0"
    `);
    expect(analyze(tested(2).build(), facts).value.findings).toEqual([]);
  });
});

describe('timer-drift', () => {
  /** An interval of 100 ms, in a loop that is held for `heldMs` every 300 ms. */
  function metronome(heldMs: number, count = 1): RecordingBuilder {
    const r = new RecordingBuilder();
    const timers = Array.from({ length: count }, () => r.resource('Timeout', 0));
    for (const timer of timers) r.created(timer, 0, at(4));
    let next = 100;
    let hold = 250;
    while (next < 4_800) {
      if (hold < next && heldMs > 0) {
        r.unhooked(hold, heldMs, at(10, 'compact'));
        next = Math.max(next, hold + heldMs);
        hold += heldMs + 300;
      }
      timers.forEach((timer, i) => r.call(timer, next + i * 0.2, 0.1));
      next += 100;
    }
    return r;
  }

  it('tells of intervals that are set at one line once', () => {
    const { findings } = analyze(metronome(170, 3).build(), []).value;
    const [drift, ...others] = findings.filter(({ rule }) => rule === 'timer-drift');
    expect(others).toEqual([]);
    expect(drift?.message).toMatch(/^3 timers are set here; one fires every 100 ms at best, but lost 7/);
    expect(drift?.evidence?.totalMs).toBeGreaterThan(2 * drift!.evidence!.maxMs);
  });

  it('tells what an interval loses, and who takes it', () => {
    const { findings } = analyze(metronome(170).build(), []).value;
    const drift = findings.filter(({ rule }) => rule === 'timer-drift');
    expect(drift.map(({ severity, message, location }) => [severity, message, location.line]))
      .toMatchInlineSnapshot(`
      [
        [
          "info",
          "Fires every 100 ms at best, but lost 750 ms over 40 firings, 16 % of its time, because work of no request held the loop at app.js:10 (1.7 s)",
          4,
        ],
      ]
    `);
  });

  it('is silent on a free loop, and about timers that are set anew by hand', () => {
    expect(rules(metronome(0))).toEqual([]);
    const r = new RecordingBuilder();
    const timer = r.resource('Timeout', 0);
    r.created(timer, 0, at(4));
    for (let i = 0, ms = 100; ms < 4_500; i++, ms += i % 3 === 0 ? 400 : 100) r.call(timer, ms, 0.1);
    expect(rules(r)).toEqual([]);
  });
});

describe('interval-overlap', () => {
  /** An interval of 200 ms whose work waits for `waitMs` at line 9, in the callback of line 12. */
  function polling(waitMs: number, ...stack: ReturnType<typeof at>[]): RecordingBuilder {
    const r = new RecordingBuilder();
    const timer = r.resource('Timeout', 0);
    for (let ms = 200; ms + waitMs < 4_800; ms += 200) {
      const answer = r.resource('TCPCONNECTWRAP', ms);
      r.call(timer, ms, 0.2, () => r.await(ms, ms + waitMs, timer, answer, ...stack));
    }
    return r;
  }
  const stack = [
    { ...at(9, 'poll'), async: 'await' as const },
    { ...at(12, ''), async: 'await' as const },
  ];

  it('tells the period, the length of the work and how many run at once', () => {
    expect(golden(analyze(polling(500, ...stack).build(), []))).toMatchInlineSnapshot(`
      "idle: Idle: the loop was busy under 0.1 % of the time and no request came in.
      warning interval-overlap app.js:12:1
        Fires every 200 ms, but its work takes 500 ms: 19 times the last one was not done, 3 at once. Set the next timer when the work is done
        19 x, 9500 ms, max 500, p99 500, share 0
        + waits here app.js:9:1 poll"
    `);
  });

  it('is silent when the work is done in time, and when nobody awaits what goes on', () => {
    expect(rules(polling(150, ...stack))).toEqual([]);
    expect(rules(polling(500))).toEqual([]);
  });

  /** The same, asked over HTTP in callbacks: nothing awaits. */
  function asking(answerMs: number, kind: OperationKind = OperationKind.Http): RecordingBuilder {
    const r = new RecordingBuilder();
    const timer = r.resource('Timeout', 0);
    r.created(timer, 0, at(20, 'start'));
    for (let ms = 200, id = 1; ms < 4_800; ms += 200, id++) {
      r.call(timer, ms, 0.2, () => r.event(ms * 1000, Op.OperationStart, kind, id, ms * 1000, 0));
      const endUs = (ms + answerMs) * 1000;
      if (endUs < 4_900_000) r.event(endUs, Op.OperationEnd, 200, id, endUs, timer);
    }
    return r;
  }

  it('tells it of callbacks, too, where the timer is set', () => {
    expect(golden(analyze(asking(500).build(), []))).toMatchInlineSnapshot(`
      "idle: Idle: the loop was busy under 0.1 % of the time and no request came in.
      warning interval-overlap app.js:20:1 start
        Fires every 200 ms, but its work takes 500 ms: 20 times the last one was not done, 3 at once. Set the next timer when the work is done
        20 x, 10000 ms, max 500, p99 500, share 0"
    `);
  });

  it('is silent about callbacks that are answered in time', () => {
    expect(rules(asking(150))).toEqual([]);
    expect(rules(asking(150, OperationKind.ChildProcess))).toEqual([]);
  });
});
