import { describe, expect, it } from 'vitest';
import { lineTexts, type OnLine } from '../../../src/extension/inline/lines.ts';
import type { Finding } from '../../../src/model/finding.ts';
import { evidence, finding } from './findings.ts';

describe('lineTexts', () => {
  it('says one thing a line, the worst, and how many more rules speak', () => {
    const texts = lineTexts([
      placed(5, finding({ evidence: evidence({ totalMs: 20 }) })),
      placed(5, finding({ rule: 'sync-io-in-request', evidence: evidence() })),
      placed(2, finding({ evidence: evidence() })),
    ]);
    expect(texts.map(({ line, text }) => [line, text])).toEqual([
      [2, 'blocked 10 ms'],
      [5, 'blocked 20 ms  +1'],
    ]);
  });

  it('does not count a hint that repeats the evidence of its line', () => {
    const hint = placed(5, finding({ rule: 'no-sync', evidence: evidence() }));
    const [text] = lineTexts([placed(5, finding({ evidence: evidence() })), { ...hint, origin: 'source' }]);
    expect(text?.text).toBe('blocked 10 ms');
  });

  it('prefers what is fresh and marks what is not', () => {
    const old = placed(5, finding({ evidence: evidence({ totalMs: 99 }) }), true);
    expect(lineTexts([old])[0]).toMatchObject({ stale: true, text: 'before the edit: blocked 99 ms' });
    const both = lineTexts([old, placed(5, finding({ evidence: evidence() }))]);
    expect(both[0]).toMatchObject({ stale: false, text: 'blocked 10 ms' });
  });

  it('leaves hypotheses to the diagnostics', () => {
    expect(lineTexts([placed(5, finding({ confidence: 'likely' }))])).toEqual([]);
  });
});

function placed(line: number, of: Finding, stale = false): OnLine {
  return { finding: of, origin: 'recording', stale, range: { start: { line } } };
}
