import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.ts';
import { PauseClock } from '../../../src/recording/pauses.ts';
import type { PauseNote } from '../../../src/model/note.ts';
import { own, RecordingBuilder } from './build-recording.ts';

const pause = (fromMs: number, toMs: number, by: PauseNote['by'] = 'debugger'): PauseNote => ({
  kind: 'pause',
  thread: 'main',
  timeUs: toMs * 1000,
  forUs: (toMs - fromMs) * 1000,
  by,
});

describe('a clock that leaves out pauses', () => {
  it('stands still in a pause, and lags by it afterwards', () => {
    const clock = new PauseClock([pause(100, 300), pause(500, 600)]);
    expect([50, 100, 200, 300, 400, 550, 700].map((ms) => clock.at(ms * 1000) / 1000)).toEqual([
      50, 100, 100, 100, 200, 300, 400,
    ]);
    expect([99, 100, 299, 300].map((ms) => clock.stands(ms * 1000))).toEqual([false, true, true, false]);
  });

  it('counts what several notes tell of one pause once', () => {
    const clock = new PauseClock([pause(100, 400), pause(100, 200), pause(300, 600), pause(600, 700)]);
    expect(clock.count).toBe(1);
    expect(clock.at(1_000_000)).toBe(400_000);
  });
});

/** Requests each 100 ms; the one at two seconds stands at a breakpoint, or computes, for two seconds. */
function held(notes: PauseNote[]): ReturnType<typeof analyze> {
  const r = new RecordingBuilder(8_000);
  for (let ms = 100; ms < 7_900; ms += 100) {
    if (ms > 2_000 && ms < 4_100) continue;
    r.request(ms, 'GET /', (request) => {
      request.run(2, own('app.js', 'handler', 3));
      if (ms === 2_000) request.run(2_000, own('app.js', 'stopsHere', 10, 12));
      request.end();
    });
  }
  r.notes.push(...notes);
  return analyze(r.build(), []);
}

describe('a program that was paused', () => {
  it('is blamed for what held it while nobody paused it', () => {
    const { value } = held([]);
    expect(value.findings.map(({ rule, location }) => `${rule} ${location.line}`)).toContain(
      'blocked-loop 12',
    );
    expect(value.health.eventLoopDelayMs.max).toBeGreaterThan(1_500);
  });

  it.each(['debugger', 'stopped'] as const)('is not blamed for a pause: %s', (by) => {
    const { value, problems } = held([pause(2_002, 4_002, by)]);
    expect(value.findings).toEqual([]);
    expect(value.health.eventLoopDelayMs.max).toBeLessThan(20);
    expect(value.routes[0]!.maxMs).toBeLessThan(20);
    expect(problems.map(({ message }) => message)).toEqual([
      by === 'debugger'
        ? 'A debugger paused the program, or the machine gave it no processor, once, 2.0 s in all: that time is in no figure.'
        : 'The process was stopped, or the machine slept, once, 2.0 s in all: that time is in no figure.',
    ]);
  });
});
