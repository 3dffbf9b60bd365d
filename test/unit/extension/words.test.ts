import { describe, expect, it } from 'vitest';
import { bySeriousness, inlineText } from '../../../src/extension/findings/words.ts';
import { evidence, finding } from './findings.ts';

describe('inlineText', () => {
  it.each([
    [
      evidence({ count: 31, totalMs: 930.2, loopShare: 0.93, routes: ['GET /'] }),
      'blocked 31 × 30 ms (93 %) in GET /',
    ],
    [evidence({ count: 1, totalMs: 1234, loopShare: 0 }), 'blocked 1.2 s'],
    [
      evidence({ count: 2, totalMs: 5, loopShare: 0.001, routes: ['GET /a', 'GET /b', 'GET /c'] }),
      'blocked 2 × 2.5 ms (< 1 %) in GET /a + 2 more',
    ],
  ])('puts the number first', (measured, text) => {
    expect(inlineText(finding({ evidence: measured }))).toBe(text);
  });

  it('says nothing about what was not measured', () => {
    expect(inlineText(finding({ confidence: 'likely' }))).toBeUndefined();
  });

  it('takes the first sentence of the message where there are no times', () => {
    const never = finding({
      rule: 'never-settled',
      message: 'Never settled: 5 promises awaited here. The resolver is lost.',
      evidence: evidence({ count: 5, totalMs: 0 }),
    });
    expect(inlineText(never)).toBe('Never settled: 5 promises awaited here');
  });

  it('stays on one line of bearable length', () => {
    const long = finding({ rule: 'other', message: 'x'.repeat(300), evidence: evidence({ totalMs: 0 }) });
    expect(inlineText(long)).toHaveLength(100);
  });
});

describe('bySeriousness', () => {
  it('orders by severity, then by the time on the loop', () => {
    const all = [
      finding({ severity: 'info', message: 'c' }),
      finding({ severity: 'error', message: 'b', evidence: evidence({ loopShare: 0.1 }) }),
      finding({ severity: 'error', message: 'a', evidence: evidence({ loopShare: 0.5 }) }),
    ];
    expect(all.sort(bySeriousness).map(({ message }) => message)).toEqual(['a', 'b', 'c']);
  });
});
