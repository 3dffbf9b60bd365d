import type { Finding } from '../model/finding.ts';
import type { Outcome } from '../model/problem.ts';
import type { SourceFacts } from '../model/source-facts.ts';

/** Which rules run: a quiet, precise set, or all of them. */
export type PresetName = 'recommended' | 'strict';

/** A rule switched off, on with the preset's options, or on with options of its own. */
export type RuleChoice = 'off' | 'on' | readonly unknown[];

/** Asks the lint worker for something. Answers carry the same `id`. */
export type LintRequest =
  | {
      id: number;
      kind: 'lint';
      file: string;
      text: string;
      preset: PresetName;
      rules?: Readonly<Record<string, RuleChoice>>;
    }
  | { id: number; kind: 'facts'; file: string; text: string };

/** An answer of the lint worker. `superseded`: a newer request for the same file made this one pointless. */
export type LintReply =
  | { id: number; kind: 'lint'; outcome: Outcome<Finding[]> }
  | { id: number; kind: 'facts'; facts: SourceFacts }
  | { id: number; kind: 'superseded' };
