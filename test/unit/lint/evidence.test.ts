import { describe, expect, it } from 'vitest';
import { joinEvidence, unnamedHotLines } from '../../../src/lint/evidence.ts';
import type { Evidence, Finding } from '../../../src/model/finding.ts';

const evidence = (totalMs: number): Evidence => ({
  count: 2,
  totalMs,
  maxMs: totalMs / 2,
  p99Ms: totalMs / 2,
  loopShare: 0.1,
  routes: ['GET /'],
});

const hint = (line: number, more: Partial<Finding> = {}): Finding => ({
  rule: 'no-sync-in-handler',
  severity: 'info',
  confidence: 'certain',
  message: 'It blocks.',
  location: { file: '/a.js', line, column: 3, function: 'load' },
  cause: 'sync-fs',
  chain: [],
  related: [],
  lineText: '  return fs.readFileSync(name);',
  ...more,
});

const measured = (line: number, totalMs: number, more: Partial<Finding> = {}): Finding => ({
  ...hint(line),
  rule: 'blocked-loop',
  severity: 'error',
  confidence: 'measured',
  message: 'Blocked the event loop 2 times',
  evidence: evidence(totalMs),
  ...more,
});

describe('a measured finding at the line of a hint', () => {
  it('gives it evidence, severity and confidence', () => {
    const [joined] = joinEvidence([hint(5)], [measured(5, 100)]);
    expect(joined).toEqual({
      ...hint(5),
      severity: 'error',
      confidence: 'measured',
      evidence: evidence(100),
    });
  });

  it('of another cause proves nothing', () => {
    const [joined] = joinEvidence([hint(5)], [measured(5, 100, { cause: 'json' })]);
    expect(joined).toEqual({ ...hint(5), severity: 'hint' });
  });

  it('of an unspecific cause does', () => {
    expect(joinEvidence([hint(5)], [measured(5, 100, { cause: 'native' })])[0]?.confidence).toBe('measured');
  });

  it('in another file proves nothing', () => {
    const other = measured(5, 100, { location: { file: '/b.js', line: 5, column: 1 } });
    expect(joinEvidence([hint(5)], [other])).toEqual([hint(5)]);
  });

  it('that cost most is the one that counts', () => {
    const [joined] = joinEvidence([hint(5)], [measured(5, 10), measured(5, 90), measured(5, 20)]);
    expect(joined?.evidence?.totalMs).toBe(90);
  });

  it('never lowers the severity', () => {
    expect(joinEvidence([hint(5)], [measured(5, 1, { severity: 'hint' })])[0]?.severity).toBe('info');
  });

  it('gives its chain where the source showed none', () => {
    const chain = [{ kind: 'http-request' as const, label: 'GET /' }];
    expect(joinEvidence([hint(5)], [measured(5, 1, { chain })])[0]?.chain).toEqual(chain);
    const own = [{ kind: 'timer' as const }];
    expect(joinEvidence([hint(5, { chain: own })], [measured(5, 1, { chain })])[0]?.chain).toEqual(own);
  });
});

describe('after an edit', () => {
  it('evidence follows the same code of the same function to its new line', () => {
    const [joined] = joinEvidence([hint(8)], [measured(5, 100)]);
    expect(joined?.confidence).toBe('measured');
  });

  it('keeps its evidence when a formatter changed it, here or at another line', () => {
    const before = measured(5, 100, { lineText: '  return fs.readFileSync( "a.txt" )' });
    for (const line of [5, 9]) {
      const after = hint(line, { lineText: "    return fs.readFileSync('a.txt'); // the page" });
      expect(joinEvidence([after], [before])[0]?.confidence).toBe('measured');
    }
  });

  it('but not into another function', () => {
    const moved = hint(8, { location: { file: '/a.js', line: 8, column: 3, function: 'other' } });
    expect(joinEvidence([moved], [measured(5, 100)])[0]?.confidence).toBe('certain');
  });

  it('of the line itself, the hint says that the evidence is old', () => {
    const [joined] = joinEvidence(
      [hint(5, { lineText: 'return fs.readFileSync(other);' })],
      [measured(5, 100)],
    );
    expect(joined?.message).toBe('It blocks. (Measured before this line changed.)');
    expect(joined?.confidence).toBe('certain');
    expect(joined?.evidence).toBeUndefined();
  });

  it('of the indentation only, the line is the same', () => {
    const [joined] = joinEvidence(
      [hint(5, { lineText: 'return fs.readFileSync(name);' })],
      [measured(5, 100)],
    );
    expect(joined?.confidence).toBe('measured');
  });
});

it('knows serial awaits by any of their lines', () => {
  const serial = hint(5, {
    rule: 'prefer-parallel-awaits',
    cause: undefined,
    related: [{ message: '', location: { file: '/a.js', line: 6, column: 3 } }],
    lineText: 'const a = await f();',
  });
  const waited = measured(6, 40, {
    rule: 'serial-awaits',
    cause: undefined,
    lineText: 'const b = await g();',
  });
  expect(joinEvidence([serial], [waited])[0]?.confidence).toBe('measured');
  expect(joinEvidence([serial], [measured(5, 40)])[0]?.confidence).toBe('certain');
});

describe('a promise that nobody handles', () => {
  const declared = { file: '/a.js', line: 20, column: 1, function: 'save' };
  const floating = hint(5, {
    rule: 'no-floating-promises',
    cause: undefined,
    related: [{ message: 'declared here', location: declared }],
  });
  const rejection = measured(90, 0, { rule: 'unhandled-rejection', cause: undefined, evidence: undefined });

  it('is proved by a rejection that comes out of its function', () => {
    const chain = [{ kind: 'await' as const, file: '/a.js', line: 22, column: 3, function: 'save' }];
    const [joined] = joinEvidence([floating], [{ ...rejection, lineText: 'throw', chain }]);
    expect([joined?.confidence, joined?.severity]).toEqual(['measured', 'error']);
  });

  it('does not sink: it costs no time until it fails', () => {
    expect(joinEvidence([floating], [measured(90, 50, { lineText: 'x' })])).toEqual([floating]);
  });
});

it('knows a regular expression by the lines that use it', () => {
  const used = { message: 'used here', location: { file: '/a.js', line: 9, column: 7 } };
  const slow = hint(2, {
    rule: 'no-redos',
    cause: 'regexp',
    related: [used],
    lineText: 'const RE = /(a+)+$/;',
  });
  const held = measured(9, 600, { cause: 'regexp', lineText: 'if (RE.test(x)) return;' });
  expect(joinEvidence([slow], [held])[0]?.evidence?.totalMs).toBe(600);
});

it('ranks measured cost first, then certainty and reachability, and sinks what cost nothing', () => {
  const at = (file: string, line: number, more: Partial<Finding> = {}): Finding =>
    hint(line, { location: { file, line, column: 1 }, lineText: `line ${line}`, ...more });
  const hints = [
    at('/other.js', 1, { confidence: 'possible' }),
    at('/a.js', 2),
    at('/other.js', 3, { confidence: 'likely' }),
    at('/other.js', 4, { confidence: 'likely', chain: [{ kind: 'timer' }] }),
    at('/a.js', 5),
    at('/a.js', 6),
  ];
  const recording = [5, 6].map((line) =>
    measured(line, line * 10, { location: { file: '/a.js', line, column: 1 }, lineText: `line ${line}` }),
  );
  const joined = joinEvidence(hints, recording);
  expect(joined.map(({ location }) => location.line)).toEqual([6, 5, 4, 3, 1, 2]);
  expect(joined.at(-1)?.severity).toBe('hint');
});

it('changes none of its arguments', () => {
  const hints = Object.freeze([Object.freeze(hint(9)), Object.freeze(hint(5))]);
  const recording = Object.freeze([Object.freeze(measured(5, 1)), Object.freeze(measured(5, 7))]);
  expect(joinEvidence(hints, recording)).toHaveLength(2);
  expect(hints[0]?.location.line).toBe(9);
});

describe('lines that held the loop and have no hint', () => {
  const all = (hints: Finding[], measuredOnes: Finding[]) =>
    unnamedHotLines(joinEvidence(hints, measuredOnes), measuredOnes, (file) => file === '/a.js').map(
      ({ location }) => location.line,
    );

  it('are findings of their own, once each, the costliest first', () => {
    expect(all([hint(5)], [measured(5, 100), measured(9, 10), measured(9, 20), measured(12, 50)])).toEqual([
      12, 9,
    ]);
  });

  it('are none when the hint only moved, in other files, or of another kind', () => {
    expect(all([hint(8)], [measured(5, 100)])).toEqual([]);
    expect(all([], [measured(5, 100, { location: { file: '/b.js', line: 5, column: 1 } })])).toEqual([]);
    expect(all([], [measured(5, 100, { rule: 'slow-request' })])).toEqual([]);
  });

  it('stand where their code is now, the nearest of several, and say when it is gone', () => {
    const lines = ['', 'run();', '', 'spin(x); // now here', '', '', '', 'spin(x)'];
    const hot = (lineText: string) =>
      unnamedHotLines(
        [],
        [measured(6, 100, { lineText })],
        () => true,
        () => lines,
      )[0];
    expect(hot('  spin(x);')?.location.line).toBe(4);
    expect(hot('spin(y);')?.message).toContain('Measured before this line changed');
    expect(hot('spin(y);')?.location.line).toBe(6);
  });
});

describe('a line that was edited and has moved', () => {
  const edited = hint(9, { lineText: 'return fs.readFileSync(other);' });
  const stale = (hints: Finding[], lines: string[]) =>
    joinEvidence(hints, [measured(5, 100)], () => lines).map(({ message }) =>
      message.includes('Measured before'),
    );

  it('is told by its function, where its old code is gone', () => {
    expect(stale([edited], ['return fs.readFileSync(other);'])).toEqual([true]);
  });

  it('is not taken for another line that is still there', () => {
    expect(stale([edited], ['return fs.readFileSync(other);', 'return fs.readFileSync(name);'])).toEqual([
      false,
    ]);
    const second = hint(12, { lineText: 'fs.readFileSync(third);' });
    expect(stale([edited, second], ['x'])).toEqual([false, false]);
  });
});

it('believes a line number without a text only in the same function', () => {
  const other = { file: '/a.js', line: 5, column: 3, function: 'other' };
  expect(joinEvidence([hint(5)], [measured(5, 100, { lineText: undefined })])[0]?.confidence).toBe(
    'measured',
  );
  expect(
    joinEvidence([hint(5)], [measured(5, 100, { lineText: undefined, location: other })])[0]?.confidence,
  ).toBe('certain');
});

it('knows a long line by its beginning, which is all that recordings keep', () => {
  const long = `return fs.readFileSync(${'x'.repeat(400)});`;
  const [joined] = joinEvidence(
    [hint(9, { lineText: long })],
    [measured(5, 1, { lineText: long.slice(0, 300) })],
  );
  expect(joined?.confidence).toBe('measured');
});
