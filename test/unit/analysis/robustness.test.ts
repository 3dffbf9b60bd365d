import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.ts';
import { filesOfInterest } from '../../../src/analysis/files-of-interest.ts';
import { EVENT_WORDS, Op } from '../../../src/model/event.ts';
import type { RecordingReader } from '../../../src/recording/contract.ts';
import { node, own, pkg, RecordingBuilder } from './build-recording.ts';

/** A recording with a bit of everything. */
function sample(): RecordingReader {
  const r = new RecordingBuilder(2_000);
  const handler = own('app.js', 'handler', 10);
  for (let i = 0; i < 20; i++) {
    r.request(i * 90, `GET /orders/${i}`, (q) => {
      q.run(12, handler, node('fs', 'readFileSync'));
      q.wait(15, { ...own('app.js', 'handler', 12), async: 'await' });
      q.run(9, handler, pkg('marked', 'parse', 3));
      q.end();
    });
  }
  return r.build();
}

const words = fc.array(
  fc.tuple(
    fc.oneof(fc.constantFrom(...Object.values(Op)), fc.integer({ min: 0, max: 0x7fffffff })),
    fc.oneof(fc.integer({ min: -5, max: 30 }), fc.integer()),
    fc.oneof(fc.integer({ min: 0, max: 3_000_000 }), fc.integer()),
    fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer()),
  ),
  { maxLength: 300 },
);

describe('whatever a recording holds', () => {
  it('random events neither throw nor hang', () => {
    const reader = sample();
    fc.assert(
      fc.property(words, (events) => {
        const batch = { thread: 'main', words: Int32Array.from(events.flat()) };
        const broken = { ...reader, trailer: undefined, events: () => [batch] };
        checkFigures(broken);
      }),
      { numRuns: 150 },
    );
  });

  it('missing, repeated and cut events neither throw nor give impossible figures', () => {
    const reader = sample();
    const whole = [...reader.events()][0]!.words;
    const count = whole.length / EVENT_WORDS;
    fc.assert(
      fc.property(fc.infiniteStream(fc.integer({ min: 0, max: 9 })), fc.nat(count), (dice, end) => {
        const kept: number[] = [];
        for (let i = 0; i < end; i++) {
          const event = whole.subarray(i * EVENT_WORDS, (i + 1) * EVENT_WORDS);
          const roll = dice.next().value;
          if (roll > 0) kept.push(...event);
          if (roll === 9) kept.push(...event);
        }
        const batch = { thread: 'main', words: Int32Array.from([...kept, 1]) };
        checkFigures({ ...reader, trailer: undefined, events: () => [batch] });
      }),
      { numRuns: 60 },
    );
  });

  it('damaged tables and profiles do not throw', () => {
    const reader = sample();
    const profile = reader.profiles[0]!;
    const broken: RecordingReader = {
      ...reader,
      tables: { types: [], labels: [], frames: [], stacks: [] },
      profiles: [
        {
          ...profile,
          nodes: [{ parent: 7, frame: 999 as never, ticks: [] }],
          samples: [0, 5, -1, 0],
          times: [1, 2, 3],
        },
      ],
      stalls: [{ timeUs: 5, heldUs: 5, stack: 77 as never }],
      rejections: [{ timeUs: 5, reason: '', stack: 78 as never, fatal: false }],
    };
    expect(analyze(broken, []).value.findings).toEqual([]);
    expect(filesOfInterest(broken)).toEqual([]);
  });

  it('the clock wraps after 71 minutes', () => {
    const reader = sample();
    const shift = 2 ** 32 - 1_000_000;
    const clocked = new Set<number>([
      Op.Before,
      Op.After,
      Op.Heartbeat,
      Op.RequestStart,
      Op.RequestEnd,
      Op.WaitSample,
    ]);
    const shifted = [...reader.events()].map(({ thread, words: old }) => {
      const moved = Int32Array.from(old);
      for (let at = 0; at < moved.length; at += EVENT_WORDS) {
        if (clocked.has(moved[at]! & 0xff)) moved[at + 2] = (moved[at + 2]! + shift) | 0;
      }
      return { thread, words: moved };
    });
    const profiles = reader.profiles.map((p) => ({
      ...p,
      startUs: p.startUs + shift,
      times: p.times.map((t) => t + shift),
    }));
    const late = analyze({ ...reader, profiles, events: () => shifted }, []).value;
    expect(late.findings).toEqual(analyze(reader, []).value.findings);
    expect(late.findings.length).toBeGreaterThan(0);
  });
});

function checkFigures(reader: RecordingReader): void {
  filesOfInterest(reader);
  const { health, findings } = analyze(reader, []).value;
  for (const figure of [health.utilization, health.gcShare]) {
    expect(figure).toBeGreaterThanOrEqual(0);
    expect(figure).toBeLessThanOrEqual(1);
  }
  for (const { evidence } of findings) {
    expect(evidence!.loopShare).toBeLessThanOrEqual(1);
    expect(evidence!.maxMs).toBeGreaterThanOrEqual(0);
  }
}
