import type { Finding } from '../model/finding.ts';
import type { Outcome, Problem } from '../model/problem.ts';
import { wrongOptions } from './engine/check-options.ts';
import { readDirectives, setsRules } from './engine/directives.ts';
import { askEslint, followFlow } from './engine/by-eslint.ts';
import type { RuleMessage } from './engine/rule-context.ts';
import { RuleError, runRules, type ChosenRule } from './engine/run-rules.ts';
import type { ProjectFacts } from './project/reach-facts.ts';
import type { RegexpChecks } from './regexps/checks.ts';
import { PRESETS, RULES } from './presets.ts';
import { RULE_NAMES, type PresetName, type RuleChoice } from './protocol.ts';
import { analyze, detailKey, readParsed, type Analysis, type Reading } from './source/analysis.ts';
import { parseTree, type Tree } from './source/parse.ts';

export interface LintInput {
  text: string;
  /** As findings shall name it; its extension decides how it is parsed. */
  file: string;
  preset: PresetName;
  /** Changes to the preset, by rule name. */
  rules?: Readonly<Record<string, RuleChoice>>;
  /** What the project's other files tell about this one. */
  project?: ProjectFacts | undefined;
  /** The text as it was read already, where it was. It may be too much for us. */
  read?: (() => Reading) | undefined;
  /** What the parser threw, where it was asked already and there is no tree. */
  failed?: unknown;
  /** The checks of regular expressions, where they remember what they said. */
  regexps?: RegexpChecks;
}

/** Hints about one file, in source order. What cannot be parsed or makes a rule fail is a problem, never an error. */
export function lintText(input: LintInput): Outcome<Finding[]> {
  const chosen = chosenRules(input);
  const wrong = chosen.flatMap((one) => wrongOptions(one) ?? []);
  if (wrong.length > 0)
    return { value: [], problems: wrong.map((message) => ({ code: 'lint-failed', message })) };
  if (input.failed !== undefined) return { value: [], problems: [parseProblem(input.file, input.failed)] };
  if (input.read) return lintRead(input, input.read, chosen);
  let tree: Tree;
  try {
    tree = parseTree(input.text, input.file);
  } catch (error) {
    return { value: [], problems: [parseProblem(input.file, error)] };
  }
  return lintRead(input, () => readParsed({ ...tree, text: input.text }, input.file), chosen);
}

/** A rule that fails is left out, and the others still answer. */
function lintRead(input: LintInput, read: () => Reading, chosen: readonly ChosenRule[]): Outcome<Finding[]> {
  const problems: Problem[] = [];
  let rules = chosen;
  for (;;) {
    try {
      const analysis = analyze(read(), input.project, input.regexps);
      return { value: findingsOf(analysis, rules), problems };
    } catch (error) {
      const failed = error instanceof RuleError ? error.rule : undefined;
      problems.push(failure(input.file, failed, error));
      if (failed === undefined) return { value: [], problems };
      rules = rules.filter(({ name }) => name !== failed);
    }
  }
}

/** Rules to run, with their options. */
function chosenRules({ preset, rules = {} }: LintInput): ChosenRule[] {
  const chosen: ChosenRule[] = [];
  for (const name of RULE_NAMES) {
    const base = PRESETS[preset][name] ?? 'off';
    const own = rules[name];
    const options = own === undefined ? base : own === 'on' ? (base === 'off' ? [] : base) : own;
    if (options !== 'off') chosen.push({ name, rule: RULES[name], options });
  }
  return chosen;
}

function findingsOf(analysis: Analysis, chosen: readonly ChosenRule[]): Finding[] {
  const comments = analysis.source.ast.comments ?? [];
  const messages = setsRules(comments) ? askEslint(analysis, chosen, RULES) : askEngine(analysis, chosen);
  if (messages.length === 0) return [];
  const isDisabled = readDirectives(comments, (name) => name in RULES);
  const lines = analysis.source.text.split(/\r?\n/);
  return messages
    .filter(({ rule, line, column }) => !isDisabled(rule, line, column))
    .sort((a, b) => a.line - b.line || a.column - b.column || (a.rule < b.rule ? -1 : 1))
    .map((message) => toFinding(message, analysis, lines));
}

function askEngine(analysis: Analysis, chosen: readonly ChosenRule[]): RuleMessage[] {
  const { messages, flow } = runRules(analysis, chosen);
  return flow.length === 0 ? messages : [...messages, ...followFlow(analysis, flow)];
}

function toFinding(message: RuleMessage, { file, details }: Analysis, lines: readonly string[]): Finding {
  const { rule } = message;
  const detail = details.get(detailKey(rule, message.line, message.column));
  const confidence = detail?.confidence ?? 'likely';
  const suggestion = message.fix
    ? { desc: detail?.fixTitle ?? message.message, fix: message.fix }
    : message.suggestions?.[0];
  return {
    rule,
    // The source alone never says more than "look here"; only a measurement does.
    severity: confidence === 'possible' ? 'hint' : 'info',
    confidence,
    message: message.message,
    location: {
      file,
      line: message.line,
      column: message.column,
      ...(detail?.function ? { function: detail.function } : {}),
    },
    ...(message.endLine === undefined ? {} : { endLine: message.endLine }),
    ...(message.endColumn === undefined ? {} : { endColumn: message.endColumn }),
    ...(detail?.cause ? { cause: detail.cause } : {}),
    ...(detail?.regexp ? { regexp: detail.regexp } : {}),
    chain: detail?.chain ?? [],
    related: detail?.related ?? [],
    ...(suggestion
      ? {
          fix: {
            title: suggestion.desc,
            edits: [
              {
                file,
                start: suggestion.fix.range[0],
                end: suggestion.fix.range[1],
                text: suggestion.fix.text,
              },
            ],
          },
        }
      : {}),
    lineText: lines[message.line - 1] ?? '',
  };
}

function failure(file: string, rule: string | undefined, error: unknown): Problem {
  const reason = error instanceof Error ? error.message.split('\n', 1)[0]! : String(error);
  return rule === undefined
    ? { code: 'lint-failed', message: `${file} could not be checked: ${reason}` }
    : {
        code: 'rule-failed',
        message: `${file} was checked without the rule ${rule}, which failed: ${reason}`,
      };
}

/** A parser's error says where: lines from 1, columns from 0. */
function parseProblem(file: string, error: unknown): Problem {
  const { message, lineNumber, column } = error as { message?: string; lineNumber?: number; column?: number };
  const reason = message?.split('\n', 1)[0] ?? String(error);
  return lineNumber === undefined
    ? { code: 'lint-failed', message: `${file} could not be checked: ${reason}` }
    : {
        code: 'parse-error',
        message: `${file}:${lineNumber}:${(column ?? 0) + 1} cannot be parsed: ${reason}`,
      };
}
