import { expect, it } from 'vitest';
import { lintText } from '../../../src/lint/lint-text.ts';
import type { RuleChoice, RuleName } from '../../../src/lint/protocol.ts';
import { RULE_NAMES } from '../../../src/lint/protocol.ts';
import type { Finding } from '../../../src/model/finding.ts';

export interface RuleCase {
  name: string;
  code: string;
  /** Default: `server.ts`. */
  file?: string;
  /** Options of the rule; default: none. */
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

/** Runs one rule alone over code that it must leave in peace and code that it must report. */
export function testRule(rule: RuleName, cases: { valid: RuleCase[]; invalid: InvalidCase[] }): void {
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
      else if (one.fixed !== undefined) expectFix(rule, one, first, one.fixed);
    });
  }
}

/** The fixed code is as expected, parses, and the finding is gone. */
function expectFix(rule: RuleName, one: InvalidCase, finding: Finding, fixed: string): void {
  const code = applyFix(one.code, finding);
  expect(code).toBe(fixed);
  const again = lintWith(rule, { ...one, code });
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

export function lintWith(
  rule: RuleName,
  { code, file = 'server.ts', options = 'on' }: Omit<RuleCase, 'name'>,
) {
  const rules = Object.fromEntries(RULE_NAMES.map((name) => [name, name === rule ? options : 'off']));
  return lintText({ text: code, file, preset: 'recommended', rules });
}
