import { describe, expect, test } from 'vitest';
import { createPatterns } from '../../../src/agent/patterns.ts';

const QUIET = 10;

function listener() {
  const state = { listening: false, begun: 0 };
  const patterns = createPatterns(() => {
    state.listening = true;
    state.begun++;
    return () => (state.listening = false);
  });
  const sweeps = (count: number): void => {
    for (let k = 0; k < count; k++) patterns.sweep();
  };
  return { state, patterns, sweeps };
}

describe('patterns of routes', () => {
  test('are listened to until all paths are known, and again for one that is not', () => {
    const { state, patterns, sweeps } = listener();
    patterns.asked(1);
    patterns.told(1, 7);
    sweeps(QUIET);
    expect(state.listening).toBe(true);
    patterns.asked(1);
    sweeps(1);
    expect(state.listening).toBe(false);
    expect(patterns.of(1)).toBe(7);

    patterns.asked(2);
    expect(state.listening).toBe(true);
    patterns.told(2, 7);
    expect(patterns.of(2)).toBe(7);
  });

  test('are listened to for good where paths stay unknown, or nobody tells any', () => {
    const { state, patterns, sweeps } = listener();
    for (let k = 1; k < 100; k++) {
      patterns.asked(k);
      patterns.told(k, 7);
      sweeps(1);
    }
    expect(state).toEqual({ listening: true, begun: 1 });
    const silent = listener();
    silent.sweeps(100);
    expect(silent.state.listening).toBe(true);
  });

  test('are listened to for good after some returns', () => {
    const { state, patterns, sweeps } = listener();
    for (let k = 1; k < 20; k++) {
      patterns.asked(k);
      patterns.told(k, 7);
      sweeps(QUIET + 1);
    }
    expect(state).toEqual({ listening: true, begun: 6 });
  });

  test('of a path that has two are neither remembered nor left to memory', () => {
    const { state, patterns, sweeps } = listener();
    patterns.told(1, 7);
    patterns.told(1, 8);
    patterns.told(1, 8);
    sweeps(100);
    expect(patterns.of(1)).toBe(0);
    expect(state.listening).toBe(true);
  });

  test('of what has no label are not remembered', () => {
    const { patterns } = listener();
    patterns.told(0, 7);
    expect(patterns.of(0)).toBe(0);
  });

  test('are left at the end', () => {
    const { state, patterns } = listener();
    patterns.stop();
    expect(state.listening).toBe(false);
  });
});
