import { describe, expect, it } from 'vitest';
import type { LintRequest } from '../../../src/lint/protocol.ts';
import type { Verdict } from '../../../src/lint/regexps/verdict.ts';
import { createLintService } from '../../../src/lint/service.ts';

const ATTACK = `'a'.repeat(32) + '!'`;
const EXPONENTIAL: Verdict = { status: 'slow', growth: 'exponential', attack: ATTACK, by: 'proof' };
const CUBIC: Verdict = { status: 'slow', growth: 'polynomial', degree: 3, attack: ATTACK, by: 'proof' };
const FAST: Verdict = { status: 'fast' };
const UNDECIDED: Verdict = { status: 'undecided' };

const SUSPECT = '^(a+)+$';
/** Beyond the fast check. */
const LONG = `^${'a?'.repeat(310)}b*$`;

const asks = (source: string): string =>
  `require('express')().get('/', (req, res) => {\n  res.send(/${source}/.test(req.query.text));\n});`;

function lint(source: string, verdict?: Verdict) {
  const request: LintRequest & { kind: 'lint' } = {
    id: 1,
    kind: 'lint',
    file: '/a.js',
    text: asks(source),
    preset: 'recommended',
  };
  const service = createLintService();
  const before = service.lint(request);
  if (verdict) service.learn([{ source, flags: '', verdict, steps: 1 }]);
  const { value, unchecked } = verdict ? service.lint(request) : before;
  const found = value.filter(({ cause }) => cause === 'regexp');
  return { found, unchecked, before };
}

describe('a suspected expression', () => {
  it('is reported at once, and the full check is wanted', () => {
    const { found, unchecked } = lint(SUSPECT);
    expect(found.map(({ rule, regexp }) => [rule, regexp?.check])).toEqual([['no-redos', 'screened']]);
    expect(found[0]?.message).toContain('input like "aaaa..."');
    expect(found[0]?.message).not.toContain('full check');
    expect(unchecked).toEqual([{ source: SUSPECT, flags: '' }]);
  });

  it('shows its attack when it is confirmed', () => {
    const { found, unchecked } = lint(SUSPECT, EXPONENTIAL);
    expect(found[0]?.message).toContain(`exponential time on input like ${ATTACK}: `);
    expect(found[0]?.message).toMatch(/A full check confirms it\.$/);
    expect(found[0]?.regexp).toEqual({ growth: 'exponential', attack: ATTACK, check: 'confirmed' });
    expect(unchecked).toEqual([]);
  });

  it('disappears when it is refuted', () => {
    const { found, unchecked, before } = lint(SUSPECT, FAST);
    expect(before.value.map(({ rule }) => rule)).toContain('no-redos');
    expect(found).toEqual([]);
    expect(unchecked).toEqual([]);
  });

  it('stays, and says so, when it is not decided', () => {
    const { found, unchecked } = lint(SUSPECT, UNDECIDED);
    expect(found[0]?.message).toMatch(/input like "aaaa\.\.\.": .* A full check could not decide it\.$/);
    expect(found[0]?.regexp?.check).toBe('undecided');
    expect(unchecked).toEqual([]);
  });

  it('goes to the rule for what it really is', () => {
    const { found } = lint(SUSPECT, CUBIC);
    expect(found.map(({ rule }) => rule)).toEqual(['no-super-linear-regex']);
    expect(found[0]?.message).toContain(`takes cubic time on input like ${ATTACK}: `);
    expect(found[0]?.regexp).toMatchObject({ growth: 'polynomial', degree: 3 });
  });
});

it('a search finds a slow text, and how the time grows is what the fast check says', () => {
  const { found } = lint(SUSPECT, { ...CUBIC, by: 'search' });
  expect(found[0]?.regexp).toEqual({ growth: 'exponential', attack: ATTACK, check: 'confirmed' });
});

describe('an expression beyond the fast check', () => {
  it('is not reported, and the full check is wanted', () => {
    const { found, unchecked } = lint(LONG);
    expect(found).toEqual([]);
    expect(unchecked).toEqual([{ source: LONG, flags: '' }]);
  });

  it('is reported when it is confirmed', () => {
    const { found } = lint(LONG, EXPONENTIAL);
    expect(found.map(({ rule, regexp }) => [rule, regexp?.check])).toEqual([['no-redos', 'confirmed']]);
  });

  it.each([FAST, UNDECIDED])('is left in peace with the verdict %o', (verdict) => {
    const { found, unchecked } = lint(LONG, verdict);
    expect(found).toEqual([]);
    expect(unchecked).toEqual([]);
  });
});

it('the full check of one that splits a text is of what goes on behind a match', () => {
  const text = `const RE = /${SUSPECT}/i;\nexport const f = (t) => [RE.test(t), t.split(RE)];`;
  const answer = createLintService().lint({ id: 1, kind: 'lint', file: '/a.js', text, preset: 'strict' });
  expect(answer.unchecked).toEqual([{ source: SUSPECT, flags: 'ig' }]);
});

it('no full check is wanted of what would not be reported', () => {
  const request = {
    id: 1,
    kind: 'lint',
    file: '/a.js',
    text: String.raw`export const f = (t) => /\s+$/.test(t);`,
  } as const;
  const service = createLintService();
  expect(service.lint({ ...request, preset: 'recommended' }).unchecked).toEqual([]);
  expect(service.lint({ ...request, preset: 'strict' }).unchecked).toHaveLength(1);
});

it.each([
  ['is fast', asks('^[a-z]+$')],
  ['is used on texts of the program alone', `const RE = /${SUSPECT}/;\nexport const x = RE.test('aaa');`],
])('no full check is wanted of what %s', (_, text) => {
  const answer = createLintService().lint({ id: 1, kind: 'lint', file: '/a.js', text, preset: 'strict' });
  expect(answer.unchecked).toEqual([]);
});
