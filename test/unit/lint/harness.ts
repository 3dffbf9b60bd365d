import { expect, it } from 'vitest';
import { lintText } from '../../../src/lint/lint-text.ts';
import type { RuleChoice, RuleName } from '../../../src/lint/protocol.ts';
import { RULES } from '../../../src/lint/presets.ts';
import { RULE_NAMES } from '../../../src/lint/protocol.ts';
import type { Finding } from '../../../src/model/finding.ts';

export interface RuleCase {
  name: string;
  code: string;
  /** Default: `server.ts`. */
  file?: string;
  /** Options of the rule; default: its own defaults, whatever the presets have. */
  options?: RuleChoice;
}

export interface InvalidCase extends RuleCase {
  /** Lines of the findings, in order. */
  lines: number[];
  /** A part of the first finding's message. */
  message?: string | RegExp;
  confidence?: Finding['confidence'];
  /** The whole code after the first finding's fix; null where none must be offered. */
  fixed?: string | null;
}

/** A rule with fewer cases has not been thought through: the plain one, other syntax, TypeScript, nesting, and what only looks alike. */
const ENOUGH = 5;

/**
 * Runs one rule alone over code that it must leave in peace and code that it must report. Each fix that it offers must parse and
 * end its finding; there must be cases enough, and one for each option.
 */
export function testRule(rule: RuleName, cases: { valid: RuleCase[]; invalid: InvalidCase[] }): void {
  it('has cases enough, and one for each option', () => {
    expect(cases.valid.length).toBeGreaterThanOrEqual(ENOUGH);
    expect(cases.invalid.length).toBeGreaterThanOrEqual(ENOUGH);
    const [schema] = RULES[rule].meta.schema as unknown as { properties?: object }[];
    const set = [...cases.valid, ...cases.invalid].flatMap(({ options }) =>
      Array.isArray(options) ? options.flatMap((one) => Object.keys(Object(one) as object)) : [],
    );
    expect(set).toEqual(expect.arrayContaining(Object.keys(schema?.properties ?? {})));
  });
  for (const one of cases.valid) {
    it(`leaves in peace: ${one.name}`, () => {
      const { value, problems } = lintWith(rule, one);
      expect(problems).toEqual([]);
      expect(value.map(({ message }) => message)).toEqual([]);
    });
  }
  for (const one of cases.invalid) {
    it(`reports: ${one.name}`, () => {
      const { value, problems } = lintWith(rule, one);
      expect(problems).toEqual([]);
      expect(value.map(({ rule: name }) => name)).toEqual(one.lines.map(() => rule));
      expect(value.map(({ location }) => location.line)).toEqual(one.lines);
      const first = value[0]!;
      if (one.message !== undefined) expect(first.message).toMatch(one.message);
      if (one.confidence !== undefined) expect(first.confidence).toBe(one.confidence);
      if (one.fixed === null) expect(first.fix).toBeUndefined();
      else if (one.fixed !== undefined) expect(applyFix(one.code, first)).toBe(one.fixed);
      for (const finding of value) if (finding.fix) expectGone(rule, one, finding);
    });
  }
}

/** The fixed code parses, and the finding is gone. */
function expectGone(rule: RuleName, one: InvalidCase, finding: Finding): void {
  const again = lintWith(rule, { ...one, code: applyFix(one.code, finding) });
  expect(again.problems).toEqual([]);
  expect(again.value.length).toBe(one.lines.length - 1);
}

/** Code with the finding's fix applied. */
export function applyFix(code: string, finding: Finding): string {
  let text = code;
  for (const { start, end, text: insert } of [...(finding.fix?.edits ?? [])].reverse()) {
    text = text.slice(0, start) + insert + text.slice(end);
  }
  return text;
}

export function lintWith(rule: RuleName, { code, file = 'server.ts', options = [] }: Omit<RuleCase, 'name'>) {
  const rules = Object.fromEntries(RULE_NAMES.map((name) => [name, name === rule ? options : 'off']));
  return lintText({ text: code, file, preset: 'recommended', rules });
}
