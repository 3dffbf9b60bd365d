import type { Linter as LinterNamespace } from 'eslint';
import { Linter } from 'eslint/universal';
import type { Finding } from '../model/finding.ts';
import type { Outcome, Problem } from '../model/problem.ts';
import type { ProjectFacts } from './project/reach-facts.ts';
import { PRESETS, RULES } from './presets.ts';
import { RULE_NAMES, type PresetName, type RuleChoice } from './protocol.ts';
import type { Analysis } from './source/analysis.ts';
import { detailKey, knownAnalysis } from './source/analysis.ts';
import { parser, parserOptions, sourceType, virtualName, type Tree } from './source/parse.ts';

export interface LintInput {
  text: string;
  /** As findings shall name it; its extension decides how it is parsed. */
  file: string;
  preset: PresetName;
  /** Changes to the preset, by rule name. */
  rules?: Readonly<Record<string, RuleChoice>>;
  /** What the project's other files tell about this one. */
  project?: ProjectFacts | undefined;
  /** The text's tree, where there is one already. */
  tree?: Tree | undefined;
}

/** Hints about one file, in source order. What cannot be parsed or makes a rule fail is a problem, never an error. */
export function lintText(input: LintInput): Outcome<Finding[]> {
  const problems: Problem[] = [];
  const rules = chosenRules(input);
  // A rule that fails is left out, and the others still answer.
  for (let tries = Object.keys(rules).length; tries >= 0; tries--) {
    try {
      const findings = runLinter(input, rules, problems);
      return { value: findings, problems };
    } catch (error) {
      const rule = failedRule(error);
      problems.push(failure(input.file, rule, error));
      if (rule === undefined || !(rule in rules)) break;
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a plain map by rule name
      delete rules[rule];
    }
  }
  return { value: [], problems };
}

/** Rules to run, with their options. */
function chosenRules({ preset, rules = {} }: LintInput): Record<string, readonly unknown[]> {
  const chosen: Record<string, readonly unknown[]> = {};
  for (const name of RULE_NAMES) {
    const base = PRESETS[preset][name] ?? 'off';
    const own = rules[name];
    const choice = own === undefined ? base : own === 'on' ? (base === 'off' ? [] : base) : own;
    if (choice !== 'off') chosen[name] = choice;
  }
  return chosen;
}

function runLinter(
  input: LintInput,
  rules: Record<string, readonly unknown[]>,
  problems: Problem[],
): Finding[] {
  const linter = new Linter({ configType: 'flat' });
  const config = {
    files: ['**/*.{js,jsx,mjs,cjs,ts,tsx,mts,cts}'],
    plugins: { looplens: { rules: RULES } },
    languageOptions: {
      parser: parserOf(input.tree),
      sourceType: sourceType(input.file),
      parserOptions: parserOptions(input.file),
    },
    linterOptions: { reportUnusedDisableDirectives: 'off', reportUnusedInlineConfigs: 'off' },
    settings: { looplens: { file: input.file, project: input.project } },
    rules: Object.fromEntries(
      Object.entries(rules).map(([name, options]) => [`looplens/${name}`, ['warn', ...options]]),
    ),
  };
  const messages = linter.verify(
    withoutOldDirectives(input.text),
    [config as unknown as LinterNamespace.Config],
    {
      filename: virtualName(input.file),
    },
  );
  // Null when the source could not be parsed; the types do not say so.
  const code = linter.getSourceCode() as object | null;
  const analysis = code ? knownAnalysis(code) : undefined;
  const lines = input.text.split(/\r?\n/);
  const findings: Finding[] = [];
  for (const message of messages) {
    if (message.fatal) problems.push(parseProblem(input.file, message));
    else if (message.ruleId?.startsWith('looplens/'))
      findings.push(toFinding(message, input.file, analysis, lines));
  }
  return findings.sort((a, b) => a.location.line - b.location.line || a.location.column - b.location.column);
}

function toFinding(
  message: LinterNamespace.LintMessage,
  file: string,
  analysis: Analysis | undefined,
  lines: readonly string[],
): Finding {
  const rule = (message.ruleId ?? '').slice('looplens/'.length);
  const detail = analysis?.details.get(detailKey(rule, message.line, message.column));
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

/** ESLint changes a text before it parses it only by what the tree does not show. */
const parserOf = (tree: Tree | undefined) => (tree ? { ...parser, parseForESLint: () => tree } : parser);

/** ESLint no longer parses files with these comments; same length, so that positions hold. */
const withoutOldDirectives = (text: string): string => text.replace(/(\/\*\s*eslint)-env\b/g, '$1_env');

/** ESLint names the rule it was running in the error that the rule threw. */
const failedRule = (error: unknown): string | undefined =>
  (error as { ruleId?: string }).ruleId?.replace(/^looplens\//, '');

function failure(file: string, rule: string | undefined, error: unknown): Problem {
  const reason = error instanceof Error ? error.message.split('\n', 1)[0]! : String(error);
  return rule === undefined
    ? { code: 'lint-failed', message: `${file} could not be checked: ${reason}` }
    : {
        code: 'rule-failed',
        message: `${file} was checked without the rule ${rule}, which failed: ${reason}`,
      };
}

function parseProblem(file: string, message: LinterNamespace.LintMessage): Problem {
  // The parser counts columns from 0.
  const reason = message.message.replace(/^Parsing error: /, '');
  return {
    code: 'parse-error',
    message: `${file}:${message.line}:${message.column + 1} cannot be parsed: ${reason}`,
  };
}
