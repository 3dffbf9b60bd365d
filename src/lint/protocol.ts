import type { Finding } from '../model/finding.ts';
import type { Outcome } from '../model/problem.ts';
import type { SourceFacts } from '../model/source-facts.ts';
import type { FileIndex } from './project/file-index.ts';
import type { ProjectFacts } from './project/reach-facts.ts';
import type { JudgedRegexp, RegexpText } from './regexps/verdict.ts';
import type { TypedGifts } from './types/typed-calls.ts';

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
      /** What the project's other files tell about this one. */
      project?: ProjectFacts;
      /** What the type checker says of its calls. */
      gifts?: TypedGifts;
      /** What the full check says of its regular expressions; remembered for later requests. */
      verdicts?: readonly JudgedRegexp[];
    }
  | { id: number; kind: 'index'; file: string; text: string }
  /** Index the project around a folder in the background; later hints know of it. */
  | { id: number; kind: 'open'; folder: string }
  /** Files of open projects were written, made or removed on disk. */
  | { id: number; kind: 'changed'; files: readonly string[] }
  | { id: number; kind: 'facts'; file: string; text: string };

/** Hints of one text. */
export interface LintOutcome extends Outcome<Finding[]> {
  /** Regular expressions of which a verdict of the full check would say more. */
  unchecked: readonly RegexpText[];
}

/** An answer of the lint worker. `superseded`: a newer request for the same file made this one pointless. */
export type LintReply =
  | { id: number; kind: 'lint'; outcome: LintOutcome }
  | { id: number; kind: 'index'; index: FileIndex }
  | { id: number; kind: 'facts'; facts: SourceFacts }
  /** An open project is up to date. */
  | { id: number; kind: 'opened'; files: number }
  | { id: number; kind: 'superseded' };

/** Names of all rules: known without loading the rules themselves, which only the worker does. */
export const RULE_NAMES = [
  'always-return',
  'await-thenable',
  'callback-return',
  'handle-callback-err',
  'missing-await',
  'no-async-array-callback',
  'no-async-constructor',
  'no-async-context-loss',
  'no-async-endpoint-handlers',
  'no-async-init-race',
  'no-async-interval',
  'no-async-listener',
  'no-async-promise-executor',
  'no-await-in-loop',
  'no-await-in-promise-methods',
  'no-blocking-api',
  'no-busy-wait',
  'no-callback-in-promise',
  'no-callback-literal',
  'no-dead-listener',
  'no-dynamic-regexp',
  'no-floating-promises',
  'no-for-await-promises',
  'no-fs-race',
  'no-late-await',
  'no-listener-leak',
  'no-microtask-starvation',
  'no-misused-promises',
  'no-multiple-resolved',
  'no-nesting',
  'no-process-exit',
  'no-promise-constructor-wrap',
  'no-promise-executor-return',
  'no-promise-in-callback',
  'no-promise-race-leak',
  'no-promise-resolve-then',
  'no-quadratic-loop',
  'no-query-in-loop',
  'no-redos',
  'no-render-to-string',
  'no-require-in-handler',
  'no-return-in-finally',
  'no-return-wrap',
  'no-single-promise-in-promise-methods',
  'no-sometimes-sync-callback',
  'no-super-linear-regex',
  'no-swallowed-rejection',
  'no-sync',
  'no-sync-child-process',
  'no-sync-crypto',
  'no-sync-in-async',
  'no-sync-in-handler',
  'no-sync-zlib',
  'no-thenable',
  'no-threadpool-flood',
  'no-throw-in-async-callback',
  'no-top-level-await',
  'no-try-promise',
  'no-unbounded-concurrency',
  'no-unbounded-json',
  'no-unordered-async',
  'no-unsafe-all-settled',
  'no-unsettled-promise',
  'prefer-catch',
  'prefer-hoisted-regex',
  'prefer-parallel-awaits',
  'prefer-pipeline',
  'prefer-promise-reject-errors',
  'prefer-promises',
  'prefer-promisify',
  'prefer-streaming',
  'promise-function-async',
  'require-atomic-updates',
  'require-await',
  'require-backpressure',
  'require-clear-timer',
  'require-error-listener',
  'require-timeout',
  'return-await',
  'valid-params',
] as const;

/** A rule by its name. */
export type RuleName = (typeof RULE_NAMES)[number];
