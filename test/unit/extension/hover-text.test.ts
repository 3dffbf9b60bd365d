import { describe, expect, it } from 'vitest';
import { hoverText, type Hovered } from '../../../src/extension/inline/hover-text.ts';
import type { Finding } from '../../../src/model/finding.ts';
import { evidence, finding } from './findings.ts';

const short = (file: string): string => file.replace('/app/', '');

describe('hoverText', () => {
  it('has numbers, routes, chain and links', () => {
    const text = hoverText(
      recorded({
        evidence: evidence({
          count: 31,
          totalMs: 930,
          maxMs: 31,
          p99Ms: 30.9,
          loopShare: 0.93,
          routes: ['GET /'],
        }),
        chain: [
          { kind: 'call', file: '/app/server.js', line: 12, column: 5, function: 'handler' },
          { kind: 'http-request', label: 'GET /' },
        ],
      }),
      short,
    );
    expect(text).toContain('**blocked 31 × 30 ms \\(93 %\\) in GET /**');
    expect(text).toContain('| 31 | &emsp;31 ms | &emsp;31 ms | &emsp;930 ms | &emsp;93 % |');
    expect(text).toContain('called by `handler`');
    expect(text).toContain('[server\\.js:12](command:looplens.openLocation');
    expect(text).toContain('command:looplens.showInTree');
    expect(text).not.toContain('command:looplens.ignore');
  });

  it('has the text that a regular expression is proven to be slow on, and none that is only suspected', () => {
    const regexp = { growth: 'polynomial', degree: 2, attack: `' |'.repeat(99) + '!'` } as const;
    const of = (check: 'confirmed' | 'screened'): string =>
      hoverText(recorded({ regexp: { ...regexp, check } }), short);
    expect(of('confirmed')).toContain("length to the power of 2: `' |'.repeat(99) + '!'`");
    expect(of('screened')).not.toContain('repeat(99)');
  });

  it('says that the line was edited', () => {
    expect(hoverText({ ...recorded(), stale: true }, short)).toContain('before this line was edited');
  });

  it('lets a hint beside a recorded finding say only its sentence, and offers to ignore it', () => {
    const hint = finding({ message: 'Use pbkdf2', evidence: evidence({ count: 31, totalMs: 930 }) });
    const text = hoverText({ finding: hint, origin: 'source', stale: false, repeats: true }, short);
    expect(text).toMatch(/^Use pbkdf2 \[/);
    expect(text).toContain('command:looplens.ignore');
  });

  it('lets no message write Markdown or commands', () => {
    const text = hoverText(
      recorded({
        message: '[x](command:evil) <b>',
        chain: [{ kind: 'http-request', label: 'GET /`](command:evil)' }],
      }),
      short,
    );
    expect(text).toContain('\\[x\\]\\(command:evil\\)');
    // Inside a code span nothing is a link, and a backtick cannot end it.
    expect(text).toContain("`GET /'](command:evil)`");
    expect(text).not.toContain('<b>');
  });
});

function recorded(changes: Partial<Finding> = {}): Hovered {
  return { finding: finding(changes), origin: 'recording', stale: false, repeats: false };
}
