import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { checkRegexp } from '../../../src/lint/regexps/full-check.ts';

const check = (source: string, flags = '') => checkRegexp({ source, flags });

describe('the full check of regular expressions', () => {
  it('names a text that makes one slow', () => {
    const { verdict } = check('^(a+)+$');
    expect(verdict).toMatchObject({ status: 'slow', growth: 'exponential' });
    const attack = verdict.status === 'slow' ? String(vm.runInNewContext(verdict.attack)) : '';
    expect(attack).toMatch(/^a{20,}[^a]/);
  });

  it('tells the power of the length', () => {
    expect(check(String.raw`\s+$`).verdict).toMatchObject({ growth: 'polynomial', degree: 2 });
    expect(check(String.raw`^\d*\d*\d*x`).verdict).toMatchObject({ growth: 'polynomial', degree: 3 });
  });

  it('proves that one is fast', () => {
    expect(check(String.raw`^[a-z]+(?:-[a-z]+)*$`).verdict).toEqual({ status: 'fast' });
  });

  it('does not call fast what a search found nothing against', () => {
    expect(check(String.raw`^(?!x)[a-z]+$`).verdict).toEqual({ status: 'undecided' });
  });

  it('searches for a slow text where there is no proof', () => {
    expect(check(String.raw`^(a*)\1b$`).verdict).toMatchObject({ growth: 'polynomial', degree: 2 });
  });

  it('does not call fast what is slow when it goes on after a match', () => {
    const source = String.raw`^\s*|\s*$`;
    expect(check(source).verdict).toEqual({ status: 'fast' });
    expect(check(source, 'g').verdict).toEqual({ status: 'undecided' });
    expect(check(String.raw`^[a-z]+(?:-[a-z]+)*$`, 'g').verdict).toEqual({ status: 'fast' });
  });

  it.each(['(', '[b-a]'])('decides nothing about what is no expression: %s', (source) =>
    expect(check(source).verdict).toEqual({ status: 'undecided' }),
  );

  it('takes the same steps each time, and leaves the clock as it was', () => {
    const { performance } = globalThis;
    const first = check(String.raw`(?:\w+\s?)*=`);
    expect(first.steps).toBeGreaterThan(10);
    expect(check(String.raw`(?:\w+\s?)*=`)).toEqual(first);
    expect(globalThis.performance).toBe(performance);
  });
});
