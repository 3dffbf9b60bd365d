import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.ts';
import type { CallSite, SourceFacts } from '../../../src/model/source-facts.ts';
import type { RecordingReader } from '../../../src/recording/contract.ts';
import { own, pkg, RecordingBuilder } from './build-recording.ts';
import type { Fn } from './build-recording.ts';
import { golden } from './golden.ts';

const awaitAt = (line: number, name: string): Fn => ({ ...own('app.js', name, line), async: 'await' });
const rules = (reader: RecordingReader, facts: SourceFacts[] = []): string[] =>
  analyze(reader, facts).value.findings.map(({ rule }) => rule);

function facts(more: Partial<SourceFacts>): SourceFacts {
  return { file: '/app/app.js', lines: 60, independentAwaits: [], calls: [], ...more };
}

function call(callee: string, line: number, more: Partial<CallSite> = {}): CallSite {
  return { callee, line, column: 3, functionStart: line, functionEnd: line, ...more };
}

describe('floating-promise', () => {
  const floating = facts({ floating: [{ callee: 'audit', line: 14, column: 3 }] });

  /** A route that answers `beforeMs` into the 60 ms that its call of `audit` takes. */
  function auditing(requests: number, beforeMs: number, status = 200): RecordingBuilder {
    const r = new RecordingBuilder();
    for (let i = 0; i < requests; i++) {
      r.request(i * 100, 'DELETE /item', (q) => {
        q.run(0.5, own('app.js', 'handler', 10));
        q.wait(beforeMs, awaitAt(31, 'audit'));
        q.end(status);
        q.wait(60 - beforeMs, awaitAt(31, 'audit'));
      });
    }
    return r;
  }

  it('tells work that goes on after the answer, where the source proves that nobody handles its errors', () => {
    expect(golden(analyze(auditing(20, 1).build(), [floating]))).toMatchInlineSnapshot(`
      "healthy: Healthy: the loop was busy under 0.1 % of the time; 99 % of timers were at most 0.0 ms late.
      warning floating-promise app.js:14:3
        Nobody awaits audit(): it was still at work 59 ms after the answer of 20 requests, in DELETE /item, and an error in it would end the process
        20 x, 1180 ms, max 59, p99 59, share 0
        < http-request DELETE /item
        + waits here app.js:31:1 audit"
    `);
  });

  it('is silent about what is done by then, about few, and without the proof', () => {
    expect(rules(auditing(20, 59.9).build(), [floating])).toEqual([]);
    expect(rules(auditing(2, 1).build(), [floating])).toEqual([]);
    expect(rules(auditing(20, 1).build(), [facts({})])).toEqual([]);
  });

  it('is silent about requests that their clients gave up: nobody can stop what was begun', () => {
    expect(rules(auditing(20, 1, 0).build(), [floating])).toEqual([]);
  });
});

describe('floating-promise across files', () => {
  const dropped = facts({ calls: [call('audit', 14, { dropped: true })] });
  const declared = (rejects?: true): SourceFacts =>
    facts({
      file: '/app/audit.js',
      functionRanges: [
        { start: { line: 30, column: 1 }, end: { line: 40, column: 2 }, ...(rejects && { rejects }) },
      ],
    });

  function auditing(...outer: Fn[]): RecordingReader {
    const r = new RecordingBuilder();
    const waits: Fn = { ...own('audit.js', 'AuditLog.audit', 31), async: 'await' };
    for (let i = 0; i < 20; i++) {
      r.request(i * 100, 'DELETE /item', (q) => {
        q.wait(1, waits, ...outer);
        q.end();
        q.wait(59, waits, ...outer);
      });
    }
    return r.build();
  }

  it('names the only line that drops what the function gives', () => {
    const [found] = analyze(auditing(), [dropped, declared(true)]).value.findings;
    expect(found).toMatchObject({ rule: 'floating-promise', location: { file: '/app/app.js', line: 14 } });
  });

  it('is silent where errors stay inside, where somebody awaits it, and where several lines may be meant', () => {
    expect(rules(auditing(), [dropped, declared()])).toEqual([]);
    expect(rules(auditing({ ...pkg('queue', 'run', 9), async: 'await' }), [dropped, declared(true)])).toEqual(
      [],
    );
    expect(rules(auditing(awaitAt(20, 'later')), [dropped, declared(true)])).toEqual([]);
    const two = facts({ calls: [14, 50].map((line) => call('audit', line, { dropped: true })) });
    expect(rules(auditing(), [two, declared(true)])).toEqual([]);
  });
});

describe('rejection-handled-late', () => {
  const reason = 'Error: no settings';

  it('tells how late, and where the reason was made', () => {
    const r = new RecordingBuilder();
    const stack = r.stack([own('app.js', 'readSettings', 5), own('app.js', 'start', 22)]);
    for (const ms of [40, 90]) {
      const timeUs = 1e6 + ms * 1000;
      r.notes.push({ kind: 'handled-late', thread: 'main', timeUs, rejectedUs: 1e6, reason, stack });
    }
    expect(golden(analyze(r.build(), []))).toMatchInlineSnapshot(`
      "idle: Idle: the loop was busy under 0.1 % of the time and no request came in.
      warning rejection-handled-late app.js:5:1 readSettings
        This rejection was handled twice, 90 ms after it had been reported as unhandled, which ends a process by default: Error: no settings
        2 x, 130 ms, max 90, p99 90, share 0
        < call app.js:22:1 start"
    `);
  });

  it('tells no finding but says so when no line of the user is known', () => {
    const r = new RecordingBuilder();
    const stack = r.stack([]);
    r.notes.push({ kind: 'handled-late', thread: 'main', timeUs: 2e6, rejectedUs: 1e6, reason, stack });
    const { value, problems } = analyze(r.build(), []);
    expect(value.findings).toEqual([]);
    expect(problems.map(({ code }) => code)).toEqual(['rejection-without-place']);
  });
});

describe('response-not-ended', () => {
  /** A route whose handler forgets every request but those that `answers` names. */
  function forgetting(requests: number, { answers = (_: number): boolean => false } = {}): RecordingBuilder {
    const r = new RecordingBuilder();
    for (let i = 0; i < requests; i++) {
      r.request(100 + i * 300, 'GET /coupon', (q) => {
        q.run(3, own('app.js', 'redeem', 20, 24));
        if (answers(i)) q.end();
        else q.close(100 + i * 300 + 800);
      });
    }
    return r;
  }

  it('tells requests that nothing is done for any more, by the function that ran for them', () => {
    expect(golden(analyze(forgetting(10).build(), []))).toMatchInlineSnapshot(`
      "healthy: Healthy: the loop was busy 0.6 % of the time; 99 % of timers were at most 0.0 ms late.
      warning response-not-ended app.js:20:1 redeem
        10 of 10 requests to GET /coupon were never answered, for up to 800 ms, and nothing is under way for them; 10 clients gave up
        10 x, 8000 ms, max 800, p99 800, share 0
        < http-request GET /coupon"
    `);
  });

  it('names the function that was handed the response, not what it called', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 10; i++) {
      r.request(100 + i * 300, 'GET /coupon', (q) => {
        q.run(3, own('app.js', 'redeem', 12), own('app.js', 'look', 4));
        q.close(100 + i * 300 + 800);
      });
    }
    const functionRanges = [
      { start: { line: 4, column: 1 }, end: { line: 8, column: 2 }, parameters: ['id'] },
      { start: { line: 12, column: 1 }, end: { line: 18, column: 2 }, parameters: ['request', 'response'] },
    ];
    const line = (source: SourceFacts[]): number | undefined =>
      analyze(r.build(), source).value.findings.find(({ rule }) => rule === 'response-not-ended')?.location
        .line;
    expect(line([])).toBe(4);
    expect(line([facts({ functionRanges })])).toBe(12);
  });

  it('finds the handler where it is given to a framework', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 10; i++) r.request(100 + i * 300, 'GET /coupon', (q) => q.close(100 + i * 300 + 800));
    const registered = [call('get', 12, { path: '/coupon' }), call('get', 15, { path: '/' })];
    const functions = [{ first: 12, last: 14 }];
    const [finding] = analyze(r.build(), [facts({ calls: registered, functions })]).value.findings;
    expect(finding).toMatchObject({ rule: 'response-not-ended', location: { line: 12 } });
    // A handler by name may be one that keeps responses.
    const named = [...registered, call('push', 4, { kept: ['res'] })];
    const [doubtful] = analyze(r.build(), [facts({ calls: named })]).value.findings;
    expect(doubtful).toMatchObject({ severity: 'hint', location: { line: 12 } });
    const streams = [...registered, call('pipe', 13, { functionStart: 12, functionEnd: 14 })];
    expect(rules(r.build(), [facts({ calls: streams, functions })])).toEqual([]);
  });

  it('takes what a server keeps for answers to come only where it may be that', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 10; i++) r.request(100 + i * 300, 'GET /', (q) => q.close(100 + i * 300 + 800));
    const severity = (kept: string): string | undefined => {
      const calls = [call('createServer', 30), call('push', 4, { kept: [kept] })];
      return analyze(r.build(), [facts({ calls })]).value.findings[0]?.severity;
    };
    expect(severity('layer')).toBe('warning');
    expect(severity('response')).toBe('hint');
  });

  it('is silent about clients that gave up early, few requests, and answers that take their time', () => {
    const early = new RecordingBuilder();
    for (let i = 0; i < 10; i++) {
      early.request(100 + i * 300, 'GET /coupon', (q) => {
        q.run(3, own('app.js', 'redeem', 20, 24));
        q.close(100 + i * 300 + 90);
      });
    }
    expect(rules(early.build())).toEqual([]);
    expect(rules(forgetting(2).build())).toEqual([]);
    const waiting = new RecordingBuilder();
    for (let i = 0; i < 10; i++) {
      waiting.request(100 + i * 300, 'GET /coupon', (q) => {
        q.run(3, own('app.js', 'redeem', 20, 24));
        q.timer();
        q.close(100 + i * 300 + 800);
      });
    }
    expect(rules(waiting.build())).toEqual([]);
  });

  it('does not take lost events for answers that never came', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 10; i++) {
      r.request(100 + i * 100, 'GET /coupon', (q) => q.run(3, own('app.js', 'redeem', 20, 24)));
      r.event(150_000 + i * 100_000, 10, 0, 5_000, 150_000 + i * 100_000, 0);
    }
    expect(rules(r.build())).toEqual([]);
  });
});

describe('exit-with-pending-await', () => {
  function ending(code: number, ...stack: Fn[]): RecordingBuilder {
    const r = new RecordingBuilder(2_000);
    if (stack.length > 0) r.await(100, 9_000, 0, 0, ...stack);
    r.notes.push({ kind: 'exit', thread: 'main', timeUs: 1.5e6, code });
    return r;
  }
  const once = awaitAt(12, 'connect');
  const topLevel = awaitAt(30, '');

  it('tells the innermost line of the top-level await, and how long it waited', () => {
    expect(golden(analyze(ending(13, once, topLevel).build(), []))).toMatchInlineSnapshot(`
      "idle: Idle: the loop was busy under 0.1 % of the time and no request came in.
      error exit-with-pending-await app.js:12:1 connect
        The program ended with exit code 13 after waiting here for 1.4 s: nothing was left that could settle the promise
        1 x, 1400 ms, max 1400, p99 1400, share 0
        < await app.js:30:1"
    `);
  });

  it('is silent about other exits; without the line it says what happened', () => {
    expect(rules(ending(0, once, topLevel).build())).toEqual([]);
    expect(rules(ending(1, once, topLevel).build())).toEqual([]);
    const { value, problems } = analyze(ending(13).build(), []);
    expect(value.findings).toEqual([]);
    expect(problems.map(({ code }) => code)).toEqual(['exit-without-place']);
  });
});
