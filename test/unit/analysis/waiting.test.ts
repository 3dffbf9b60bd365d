import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.ts';
import { filesOfInterest } from '../../../src/analysis/files-of-interest.ts';
import type { Finding } from '../../../src/model/finding.ts';
import type { CallSite, SourceFacts } from '../../../src/model/source-facts.ts';
import { PendingReach, RequestKind } from '../../../src/model/event.ts';
import type { Fn } from './build-recording.ts';
import { own, pkg, RecordingBuilder } from './build-recording.ts';
import { golden } from './golden.ts';

const awaitAt = (line: number, name = 'handler'): Fn => ({ ...own('app.js', name, line), async: 'await' });
const handler = own('app.js', 'handler', 10);

type Called = Pick<CallSite, 'callee' | 'line' | 'kept' | 'receiver'>;

const facts = (awaits: number[], calls: Called[] = []): SourceFacts => ({
  file: '/app/app.js',
  independentAwaits:
    awaits.length === 0
      ? []
      : [{ function: 'handler', awaits: awaits.map((line) => ({ file: '/app/app.js', line, column: 16 })) }],
  calls: calls.map((call) => ({ ...call, column: 5, functionStart: 10, functionEnd: 20 })),
});

/** Requests to the dashboard that wait 41 and 36 ms one after the other. */
function dashboard(firstMs = 41, secondMs = 36): RecordingBuilder {
  const r = new RecordingBuilder();
  for (let i = 0; i < 40; i++) {
    r.request(i * 100 + 3, 'GET /dashboard', (q) => {
      q.run(0.5, handler);
      q.wait(firstMs, awaitAt(12));
      q.run(0.2, handler);
      q.wait(secondMs, pkgAwait, awaitAt(13));
      q.run(0.3, handler);
      q.end();
    });
  }
  return r;
}
const pkgAwait: Fn = { ...pkg('pg', 'query', 40), async: 'await' };

describe('serial-awaits', () => {
  it('says what independent awaits cost one after the other', () => {
    expect(golden(analyze(dashboard().build(), [facts([12, 13])]))).toMatchInlineSnapshot(`
      "io-bound: Waiting: a request ran 1.0 ms and took 78 ms; the loop was busy 0.8 % of the time.
      warning serial-awaits app.js:12:16
        Waits 42 ms + 36 ms one after the other in GET /dashboard; together they would take 42 ms
        40 x, 1448 ms, max 41.5, p99 36.2, share 0
        < http-request GET /dashboard
        + serial with app.js:13:16"
    `);
  });

  it('is silent without the proof that they are independent, and where nothing would be saved', () => {
    expect(rules(dashboard(), facts([]))).toEqual([]);
    expect(rules(dashboard(41, 3), facts([12, 13]))).toEqual([]);
  });

  it('is silent when the waits are only the lateness of a loop that others hold', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 40; i++) {
      // The answer is there at once, but the loop is held each time.
      r.request(i * 100 + 3, 'GET /dashboard', (q) => {
        q.wait(40.5, awaitAt(12));
        q.wait(40.5, awaitAt(13));
        q.end();
      });
      for (const at of [4, 45]) {
        r.request(i * 100 + at, 'GET /heavy', (q) => {
          q.run(39, own('heavy.js', 'heavy', 1));
          q.end();
        });
      }
    }
    expect(rules(r, facts([12, 13]))).toEqual(['blocked-loop']);
  });

  it('says what the turns of a loop cost, when they were seen one after the other', () => {
    const looping = (turns: number): RecordingBuilder => {
      const r = new RecordingBuilder();
      for (let i = 0; i < 20; i++) {
        r.request(i * 240 + 3, 'GET /shelf', (q) => {
          for (let k = 0; k < turns; k++) q.wait(30, awaitAt(15, 'shelf'));
          q.end();
        });
      }
      return r;
    };
    const loop: SourceFacts = {
      ...facts([]),
      independentAwaits: [
        { function: 'shelf', awaits: [{ file: '/app/app.js', line: 15, column: 17 }], loop: true },
      ],
    };
    const [finding, ...others] = analyze(looping(6).build(), [loop]).value.findings;
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ rule: 'serial-awaits', location: { line: 15 } });
    expect(finding!.message).toMatch(/^Waits about 6 times 30 ms .* in GET \/shelf; together/);
    // All but one turn of six.
    expect(finding!.evidence!.p99Ms).toBeGreaterThan(150 * 0.8);
    expect(finding!.evidence!.p99Ms).toBeLessThan(150 * 1.2);
    expect(analyze(looping(1).build(), [loop]).value.findings).toEqual([]);
    const unproven = analyze(looping(6).build(), [facts([])]).value.findings;
    expect(unproven.map(({ rule }) => rule)).toEqual(['slow-request']);
  });

  it('of several awaits in a turn names the one that most is waited at', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 20; i++) {
      r.request(i * 240 + 3, 'GET /shelf', (q) => {
        for (let k = 0; k < 6; k++) {
          q.wait(4, awaitAt(15, 'shelf'));
          q.wait(28, awaitAt(16, 'shelf'));
        }
        q.end();
      });
    }
    const awaits = [15, 16].map((line) => ({ file: '/app/app.js', line, column: 17 }));
    const loop = { ...facts([]), independentAwaits: [{ function: 'shelf', awaits, loop: true as const }] };
    const [finding, ...others] = analyze(r.build(), [loop]).value.findings;
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ rule: 'serial-awaits', location: { line: 16 } });
    expect(finding!.message).toMatch(/^Waits about [67] times 28 ms /);
  });

  it('needs several requests', () => {
    const r = new RecordingBuilder();
    r.request(10, 'GET /dashboard', (q) => {
      q.wait(400, awaitAt(12));
      q.wait(360, awaitAt(13));
      q.end();
    });
    expect(rules(r, facts([12, 13]))).toEqual([]);
  });
});

describe('never-settled', () => {
  /** Requests that wait for a lock that nobody gives back; `draw` changes how. */
  function locked(draw: (r: RecordingBuilder) => void = () => undefined): RecordingBuilder {
    const r = new RecordingBuilder();
    for (let i = 0; i < 8; i++) {
      r.request(100 + i * 400, `GET /invoices/${i}`, (q) => {
        q.run(0.2, handler);
        q.hang(awaitAt(31, 'invoice'), awaitAt(14));
      });
    }
    draw(r);
    return r;
  }
  const enter = facts([], [{ callee: 'enter', line: 31 }]);

  it('tells the line, the number and the age of what waits', () => {
    expect(golden(analyze(locked().build(), [enter]))).toMatchInlineSnapshot(`
      "healthy: Healthy: the loop was busy under 0.1 % of the time; 99 % of timers were at most 0.0 ms late.
      warning never-settled app.js:31:1 invoice
        8 requests wait here and none has gone on, the oldest for 4.9 s, in GET /invoices/:id
        8 x, 27918.4 ms, max 4889.8, p99 4889.8, share 0
        < await app.js:14:1 handler
        < http-request GET /invoices/:id"
    `);
  });

  it('counts those whose clients gave up, even without the source', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 5; i++) {
      r.request(100 + i * 300, 'GET /hang', (q) => {
        q.hang(awaitAt(31, 'acquire'));
        q.close(1_000 + i * 300);
      });
    }
    expect(rules(r)).toEqual(['never-settled']);
  });

  it('says whether somebody could still settle it', () => {
    const words = (reach: PendingReach): string[] => {
      const r = locked((drawn) => (drawn.reach = reach));
      const found = analyze(r.build(), [enter]).value.findings;
      return found.map(({ confidence, message }) => `${confidence}: ${message}`);
    };
    expect(words(PendingReach.Held)).toEqual([
      'measured: 8 requests wait here and none has gone on, though its resolver is still held, the oldest for 4.9 s, in GET /invoices/:id',
    ]);
    expect(words(PendingReach.Gone)).toEqual([
      'certain: 8 requests wait here and can never go on: nobody holds the promise or its resolver any more, the oldest for 4.9 s, in GET /invoices/:id',
    ]);
  });

  it('is certain from the first request on when nobody can settle it, whatever it waits for', () => {
    const r = new RecordingBuilder();
    r.reach = PendingReach.Gone;
    r.request(100, 'GET /hang', (q) => q.hang(awaitAt(31, 'acquire')));
    expect(rules(r, facts([], [{ callee: 'once', line: 31 }]))).toEqual(['never-settled']);
    const answered = new RecordingBuilder();
    answered.reach = PendingReach.Gone;
    answered.request(100, 'GET /race', (q) => {
      q.end();
      q.hang(awaitAt(31, 'loser'));
    });
    expect(rules(answered, enter)).toEqual([]);
  });

  it('is silent about waits for events, timers that run, and connections that stay open', () => {
    expect(rules(locked(), facts([], [{ callee: 'once', line: 31 }]))).toEqual([]);
    expect(rules(locked(), facts([], [{ callee: 'waitUntilClosed', line: 31 }]))).toEqual([]);

    const timers = new RecordingBuilder();
    const sockets = new RecordingBuilder();
    for (let i = 0; i < 8; i++) {
      timers.request(100 + i * 400, 'GET /poll', (q) => {
        q.timer();
        q.hang(awaitAt(31, 'poll'));
      });
      sockets.request(100 + i * 400, 'GET /live', (q) => q.hang(awaitAt(31)), RequestKind.WebSocket);
    }
    expect(rules(timers, enter)).toEqual([]);
    expect(rules(sockets, enter)).toEqual([]);
  });

  it('is silent about waits that are young or few, or all for one event', () => {
    const young = new RecordingBuilder();
    const few = new RecordingBuilder();
    const together = new RecordingBuilder();
    for (let i = 0; i < 8; i++) {
      young.request(3_600 + i * 100, 'GET /a', (q) => q.hang(awaitAt(31)));
      if (i < 2) few.request(100 + i * 800, 'GET /a', (q) => q.hang(awaitAt(31)));
      together.request(100 + i, 'GET /a', (q) => q.hang(awaitAt(31)));
    }
    for (const r of [young, few, together]) expect(rules(r, enter)).toEqual([]);
  });

  it('speaks of those that came together, where others went on at once at this line', () => {
    const stuck = (before: number): string[] => {
      const r = new RecordingBuilder(6_000);
      for (let i = 0; i < before; i++) {
        r.request(10 + i * 45, 'GET /a', (q) => {
          q.wait(20, awaitAt(31));
          q.end();
        });
      }
      for (let i = 0; i < 8; i++) r.request(1_000 + i, 'GET /a', (q) => q.hang(awaitAt(31)));
      return rules(r, enter);
    };
    expect(stuck(20)).toEqual(['never-settled']);
    expect(stuck(0)).toEqual([]);
  });

  describe('without a request', () => {
    /** Jobs of a queue: `done` of them go on after 20 ms, `lost` of them never. */
    function jobs(done: number, lost: readonly number[], reach: PendingReach = PendingReach.Gone) {
      const r = new RecordingBuilder();
      r.reach = reach;
      const timer = r.resource('Timeout', 1);
      for (let i = 0; i < done; i++) r.await(30 + i * 90, 50 + i * 90, timer, timer, awaitAt(31, 'job'));
      for (const ms of lost) r.hang(ms, timer, awaitAt(31, 'job'));
      return r;
    }
    const lost = [200, 700, 1_200, 1_700];

    it('speaks of several that nobody can settle, where others went on', () => {
      expect(golden(analyze(jobs(30, lost).build(), [enter]))).toMatchInlineSnapshot(`
        "idle: Idle: the loop was busy under 0.1 % of the time and no request came in.
        info never-settled app.js:31:1 job
          4 calls wait here and can never go on: nobody holds the promise or its resolver any more, the oldest for 4.8 s. Others were settled here by a timer
          4 x, 16160 ms, max 4790, p99 4790, share 0"
      `);
    });

    it('is silent where that may be meant', () => {
      for (const r of [
        jobs(0, lost),
        jobs(30, lost.slice(0, 2)),
        jobs(30, [200, 210, 220, 230]),
        jobs(30, lost, PendingReach.Held),
        jobs(30, lost, PendingReach.Unknown),
      ])
        expect(rules(r, enter)).toEqual([]);
      expect(rules(jobs(30, lost), facts([], [{ callee: 'once', line: 31 }]))).toEqual([]);
    });
  });

  it('is silent while they are no older than waits of this line that did end', () => {
    const slow = new RecordingBuilder();
    for (let i = 0; i < 12; i++) {
      slow.request(50 + i * 200, 'GET /export', (q) => {
        if (i < 6) {
          q.wait(1_900, awaitAt(31));
          q.end();
        } else q.hang(awaitAt(31));
      });
    }
    expect(rules(slow, enter).filter((rule) => rule === 'never-settled')).toEqual([]);
  });
});

describe('slow-request', () => {
  it('names the line at which a slow route waits', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 15; i++) {
      r.request(i * 320 + 3, 'GET /search', (q) => {
        q.run(1, handler);
        q.wait(280, awaitAt(33, 'search'), awaitAt(14));
        q.run(2, handler);
        q.end();
      });
    }
    expect(golden(analyze(r.build(), []))).toMatchInlineSnapshot(`
      "io-bound: Waiting: a request ran 3.0 ms and took 283 ms; the loop was busy 0.9 % of the time.
      warning slow-request app.js:33:1 search
        GET /search takes 283 ms (1 in 100: 283 ms): 280 ms waiting here, 3.0 ms running
        15 x, 4245 ms, max 283, p99 283, share 0
        < await app.js:14:1 handler
        < http-request GET /search"
    `);
  });

  it('speaks of the slowest in a hundred only where they were slow at several times', () => {
    const told = (slowAt: number[]): string[] => {
      const r = new RecordingBuilder();
      const ask = (ms: number, waitMs: number): void =>
        r.request(ms, 'GET /search', (q) => {
          q.run(1, handler);
          q.wait(waitMs, awaitAt(33, 'search'));
          q.end();
        });
      for (let i = 0; i < 60; i++) ask(i * 60 + 3, 40);
      for (const ms of slowAt) ask(ms, 600);
      return analyze(r.build(), []).value.findings.map(({ rule }) => rule);
    };
    expect(told([1_000, 2_000, 3_000])).toEqual(['slow-request']);
    // One of them is always under way, but no moment can have slowed all.
    expect(told([1_000, 1_500, 2_000, 2_500, 3_000])).toEqual(['slow-request']);
    // All at once: the machine had a hiccup.
    expect(told([2_000, 2_010, 2_020])).toEqual([]);
  });

  it('is silent about long polls: a line that listens, and goes on when something happens', () => {
    const polled = (callee: string, waker: string): string[] => {
      const r = new RecordingBuilder();
      const by = r.resource(waker, 1);
      for (let i = 0; i < 15; i++) {
        r.request(i * 320 + 3, 'GET /news', (q) => {
          q.run(1, handler);
          q.waitFor(by, 280, awaitAt(15));
          q.end();
        });
      }
      return rules(r, facts([], [{ callee, line: 15 }]));
    };
    expect(polled('once', 'Timeout')).toEqual([]);
    expect(polled('once', 'HTTPINCOMINGMESSAGE')).toEqual([]);
    // The answer to something that was asked for, and a function that only waits.
    expect(polled('once', 'HTTPCLIENTREQUEST')).toEqual(['slow-request']);
    expect(polled('sleep', 'Timeout')).toEqual(['slow-request']);
  });

  it('names the handler where its callbacks wait and no function awaits', () => {
    const slow = (known: SourceFacts): Finding[] => {
      const r = new RecordingBuilder();
      for (let i = 0; i < 15; i++) {
        r.request(i * 320 + 3, 'GET /search', (q) => {
          q.run(1, handler);
          q.wait(280);
          q.end();
        });
      }
      return analyze(r.build(), [known]).value.findings;
    };
    const [finding, ...others] = slow(facts([], [{ callee: 'query', line: 12 }]));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ rule: 'slow-request', severity: 'warning', location: { line: 10 } });
    expect(finding?.message).toBe(
      'GET /search takes 281 ms (1 in 100: 281 ms): 280 ms waiting for files in callbacks, 1.0 ms running',
    );
    const keeps = (name: string): Called => ({ callee: 'push', line: 12, kept: [name] });
    const writes = (receiver: string): Called => ({ callee: 'write', line: 13, receiver });
    // It keeps the response for later, or what answers it; it answers little by little.
    expect(slow(facts([], [keeps('response')]))).toEqual([]);
    expect(slow(facts([], [keeps('callback')]))).toEqual([]);
    expect(slow(facts([], [keeps('response'), writes('socket')]))).toEqual([]);
    expect(slow(facts([], [writes('res')]))).toEqual([]);
    // It keeps what is to be called with the answer to what it sends.
    expect(slow(facts([], [keeps('callback'), writes('socket')]))[0]).toMatchObject({
      location: { line: 13 },
    });
  });

  it('names the call that asks another server where that is waited for', () => {
    const lineOf = (type: string): number | undefined => {
      const r = new RecordingBuilder();
      for (let i = 0; i < 15; i++) {
        const by = r.resource(type, i * 320 + 4, i * 320 + 284, 1);
        r.request(i * 320 + 3, 'GET /search', (q) => {
          q.run(1, handler);
          q.waitFor(by, 280);
          q.end();
        });
      }
      return analyze(r.build(), [facts([], [{ callee: 'get', line: 12 }])]).value.findings[0]?.location.line;
    };
    expect(lineOf('HTTPCLIENTREQUEST')).toBe(12);
    // A `get` of something else.
    expect(lineOf('FSREQCALLBACK')).toBe(10);
  });

  it('names the innermost line, though each function on the way has a promise that waits as long', () => {
    const levels = (shares: number[]): number | undefined => {
      const r = new RecordingBuilder();
      const stack = [awaitAt(35, 'ask'), awaitAt(33, 'search'), awaitAt(14)];
      for (let i = 0; i < 15; i++) {
        r.request(i * 320 + 3, 'GET /search', (q) => {
          q.run(1, handler);
          shares.forEach((ms, outer) => q.wait(ms, ...stack.slice(outer)));
          q.end();
        });
      }
      return analyze(r.build(), []).value.findings[0]?.location.line;
    };
    // The random picks are never quite even.
    expect(levels([95, 100, 105])).toBe(35);
    // The outer line mostly awaits something else.
    expect(levels([40, 180, 60])).toBe(33);
  });

  it('is silent about the victims of a held loop, and about routes that are fast enough', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 10; i++) {
      r.request(i * 450 + 3, 'GET /victim', (q) => {
        q.wait(220, awaitAt(33));
        q.end();
      });
      r.request(i * 450 + 5, 'GET /heavy', (q) => {
        q.run(210, own('heavy.js', 'heavy', 1));
        q.end();
      });
      r.request(i * 450 + 250, 'GET /fine', (q) => {
        q.wait(80, awaitAt(40));
        q.end();
      });
    }
    expect(analyze(r.build(), []).value.findings.map((f) => [f.rule, f.evidence?.routes])).toEqual([
      ['blocked-loop', ['GET /heavy']],
    ]);
  });

  it('leaves the word to serial-awaits where that says more', () => {
    expect(rules(dashboard(160, 140), facts([12, 13]))).toEqual(['serial-awaits']);
  });
});

describe('files of interest', () => {
  it('are the own files, the hottest first', () => {
    const r = dashboard();
    r.request(4_500, 'GET /heavy', (q) => {
      q.run(300, own('heavy.js', 'heavy', 1), pkg('marked', 'parse', 3));
      q.end();
    });
    expect(filesOfInterest(r.build())).toEqual(['/app/heavy.js', '/app/app.js']);
  });
});

function rules(r: RecordingBuilder, ...known: SourceFacts[]): string[] {
  return analyze(r.build(), known).value.findings.map((finding) => finding.rule);
}
