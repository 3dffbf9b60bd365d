import type { Finding } from '../../src/model/finding.ts';

interface Expected {
  rule: string | string[];
  places: { file: string; line: number }[] | undefined;
}

export interface Label {
  name: string;
  file: string;
  expect: Expected[];
  may: Expected[];
}

export function readLabels(): Label[];
export function judge(
  label: Label,
  findings: Finding[],
  output: string,
  knob: { knob?: string },
  cwd: string,
): { found: { rule: string; finding: Finding | undefined }[]; wrong: Finding[] };
