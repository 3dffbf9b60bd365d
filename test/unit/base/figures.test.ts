import { describe, expect, it } from 'vitest';
import { clock, count, millis, percent } from '../../../src/base/figures.ts';

describe('figures', () => {
  it.each([
    [0, '0.0 ms'],
    [0.44, '0.4 ms'],
    [30.9, '31 ms'],
    [1234, '1.2 s'],
    [12_345, '12 s'],
  ])('%d ms', (ms, text) => expect(millis(ms)).toBe(text));

  it.each([
    [0, '0 %'],
    [0.004, '< 1 %'],
    [0.934, '93 %'],
  ])('share %d', (share, text) => expect(percent(share)).toBe(text));

  it.each([
    [0, '0:00'],
    [67_900, '1:07'],
    [3_723_000, '1:02:03'],
  ])('%d ms on the clock', (ms, text) => expect(clock(ms)).toBe(text));

  it('groups digits', () => expect(count(812_345)).toBe('812,345'));
});
