import { describe, expect, it } from 'vitest';
import { AnalysisSoFar } from '../../../src/analysis/analysis-so-far.ts';
import { analyze } from '../../../src/analysis/analyze.ts';
import { DEFAULT_THRESHOLDS } from '../../../src/analysis/thresholds.ts';
import { EVENT_WORDS, Op } from '../../../src/model/event.ts';
import type { Report, RouteSummary } from '../../../src/model/finding.ts';
import { own, RecordingBuilder } from './build-recording.ts';

const handler = own('app.js', 'handler', 10);
const heavy = own('report.js', 'build', 80, 88);
const awaitAt = (line: number) => ({ ...own('app.js', 'handler', line), async: 'await' as const });

const route = ({ routes }: Report, name: string): RouteSummary => routes.find((one) => one.route === name)!;

/** Pages that wait 40 ms for a file; every tenth is ready while a report holds the loop. */
function site(reports = true): RecordingBuilder {
  const r = new RecordingBuilder();
  for (let i = 0; i < 45; i++) {
    const start = i * 100 + 1;
    const held = reports && i % 10 === 9;
    if (held)
      r.request(start + 20, 'GET /report', (q) => {
        q.run(75, handler, heavy);
        q.end();
      });
    r.request(start, 'GET /page', (q) => {
      q.run(1, handler);
      q.wait(held ? 95 : 40, awaitAt(12));
      q.run(2, handler);
      q.end();
    });
  }
  return r;
}

describe('the time of a request', () => {
  it('is divided into waiting, being ready behind others, and running', () => {
    const { breakdown, waitsFor } = route(analyze(site().build(), []).value, 'GET /page');
    expect(breakdown!.p50).toEqual({ totalMs: 43, waitMs: 40, queuedMs: 0, microtaskMs: 0, runMs: 3 });
    expect(breakdown!.p99).toEqual({ totalMs: 98, waitMs: 40, queuedMs: 55, microtaskMs: 0, runMs: 3 });
    expect(waitsFor).toEqual([{ kind: 'fs', ms: 40 }]);
  });

  it('names who made whom late', () => {
    const { behind, latest } = route(analyze(site().build(), []).value, 'GET /page');
    expect(behind![0]).toMatchObject({ cause: 'javascript', location: { line: 88 }, route: 'GET /report' });
    expect(latest!.message).toBe(
      'GET /page was 55 ms late because GET /report held the loop at report.js:88 (54 ms)',
    );
    expect(route(analyze(site(false).build(), []).value, 'GET /page').latest).toBeUndefined();
  });

  it('is followed along its critical path, with lines', () => {
    const { criticalPath } = route(analyze(site(false).build(), []).value, 'GET /page');
    expect(criticalPath).toEqual([
      { kind: 'wait', ms: 40, waitsFor: 'fs', file: '/app/app.js', line: 12, column: 1, function: 'handler' },
      { kind: 'run', ms: 3 },
    ]);
  });

  it('counts a wait for what another request settles as such', () => {
    const r = new RecordingBuilder();
    for (let i = 0; i < 8; i++) {
      let resource = 0;
      // The first one reads for 60 ms; the second one waits for its lock.
      r.request(i * 200 + 1, 'GET /first', (q) => {
        resource = q.wait(60, awaitAt(12));
        q.end();
      });
      r.request(i * 200 + 2, 'GET /second', (q) => {
        q.waitFor(resource, 59, awaitAt(20));
        q.end();
      });
    }
    const { waitsFor } = route(analyze(r.build(), []).value, 'GET /second');
    expect(waitsFor).toEqual([{ kind: 'other-request', ms: 59 }]);
  });
});

describe('several threads', () => {
  it('are analysed each for itself', () => {
    const blocked = new RecordingBuilder();
    // Both draw on the same tables.
    blocked.tables.labels.push('GET /page');
    for (let i = 0; i < 20; i++) {
      blocked.request(i * 200 + 1, 'GET /report', (q) => {
        q.run(75, handler, heavy);
        q.end();
      });
    }
    const [main, worker] = [site(false).build(), blocked.build()];
    const joined = {
      ...worker,
      header: { ...worker.header, target: { ...worker.header.target, threads: [{ id: 'a', name: 'main' }] } },
      notes: [
        {
          kind: 'thread' as const,
          thread: 'b',
          timeUs: 0,
          name: 'worker api.js',
          pid: 1,
          node: '',
          script: '',
          attachedLate: true,
        },
      ],
      profiles: worker.profiles.map((profile) => ({ ...profile, thread: 'b' })),
      events: () => [
        ...[...main.events()].map(({ words }) => ({ thread: 'a', words })),
        ...[...worker.events()].map(({ words }) => ({ thread: 'b', words })),
      ],
    };
    const { value } = analyze(joined, []);
    expect(value.findings.map(({ rule, thread }) => [rule, thread])).toEqual([['blocked-loop', 'b']]);
    expect(value.threads!.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['a', 'healthy'],
      ['b', 'blocked'],
    ]);
    expect(value.health.message).toMatch(/^worker api\.js: Blocked/);
    expect(value.routes.map(({ route: name, thread }) => [name, thread])).toEqual([
      ['GET /page', undefined],
      ['GET /report', 'b'],
    ]);
  });
});

describe('an analysis while recording', () => {
  it('says the same as one of the whole, and can be asked on the way', () => {
    const reader = site().build();
    const analysis = new AnalysisSoFar(reader.header, reader.tables);
    const counts: number[] = [];
    for (const { thread, words } of reader.events()) {
      for (let at = 0; at < words.length; at += 200 * EVENT_WORDS) {
        analysis.feed({ thread, words: words.subarray(at, at + 200 * EVENT_WORDS) });
        counts.push(analysis.report({ ...reader, trailer: undefined }, []).value.recording.events);
      }
    }
    expect(counts.length).toBeGreaterThan(3);
    expect([...counts].sort((a, b) => a - b)).toEqual(counts);
    expect(analysis.report(reader, []).value).toEqual(analyze(reader, []).value);
  });

  it('forgets what it cannot hold, and goes on', () => {
    const reader = site().build();
    const analysis = new AnalysisSoFar(reader.header, reader.tables);
    for (const batch of reader.events()) analysis.feed(batch);
    // Ids as far apart as a damaged file may have them.
    const far = Array.from({ length: 5_000 }, (_, i) => [Op.Init | (1 << 8), i * 400_000, 0, 0]);
    analysis.feed({ thread: 'main', words: Int32Array.from(far.flat()) });
    expect(route(analysis.report(reader, []).value, 'GET /page').requests).toBe(45);
  });
});

describe('thresholds', () => {
  it('are given in one place', () => {
    const strict = {
      ...DEFAULT_THRESHOLDS,
      blockedLoop: { ...DEFAULT_THRESHOLDS.blockedLoop, longMs: 500, shareOfShort: 1 },
    };
    const rules = (thresholds = DEFAULT_THRESHOLDS): string[] =>
      analyze(site().build(), [], thresholds).value.findings.map(({ rule }) => rule);
    expect(rules()).toContain('blocked-loop');
    expect(rules(strict)).not.toContain('blocked-loop');
  });
});
