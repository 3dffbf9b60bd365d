import type { TSESTree } from '@typescript-eslint/utils';
import type { Linter } from 'eslint';
import { verifyByReference } from '../reference/linter.ts';
import type { Analysis } from '../source/analysis.ts';
import { useAnalysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import type { Rule } from '../source/define-rule.ts';
import { parserOptions, sourceType, virtualName } from '../source/parse.ts';
import type { RuleMessage } from './rule-context.ts';
import { RuleError, type ChosenRule, type RuleRun } from './run-rules.ts';

/**
 * What ESLint itself says of a whole file, whose comments may set rules.
 * @param rules that comments may name
 * @throws RuleError
 */
export function askEslint(
  analysis: Analysis,
  chosen: readonly ChosenRule[],
  rules: Readonly<Record<string, Rule>>,
): RuleMessage[] {
  const { ast } = analysis.source;
  // ESLint no longer checks files with these.
  const comments = (ast.comments ?? []).filter(({ value }) => !/^\s*eslint-env\b/.test(value));
  return verify(analysis, { ...ast, comments }, chosen, rules);
}

/**
 * Runs rules that follow code paths, which ESLint knows how to find, over the parts of a file that matter to them.
 * @throws RuleError
 */
export function followFlow(analysis: Analysis, flow: RuleRun['flow']): RuleMessage[] {
  const { ast } = analysis.source;
  const concerned = new Set(flow.flatMap(({ nodes }) => nodes.map(statementOf)));
  const body = ast.body.filter((statement) => concerned.has(statement));
  return verify(
    analysis,
    { ...ast, body, comments: [] },
    flow.map(({ chosen }) => chosen),
    Object.fromEntries(flow.map(({ chosen: { name, rule } }) => [name, rule])),
  );
}

/** The statement of the program that holds a node. */
function statementOf(node: Node): Node {
  let at = node;
  while (at.parent && at.parent.type !== 'Program') at = at.parent;
  return at;
}

function verify(
  analysis: Analysis,
  ast: TSESTree.Program,
  chosen: readonly ChosenRule[],
  rules: Readonly<Record<string, Rule>>,
): RuleMessage[] {
  const { file, source } = analysis;
  useAnalysis(ast, analysis);
  const config: Linter.Config = {
    files: ['**/*.{js,jsx,mjs,cjs,ts,tsx,mts,cts}'],
    plugins: { looplens: { rules } as never },
    languageOptions: { sourceType: sourceType(file), parserOptions: parserOptions(file) },
    linterOptions: { reportUnusedDisableDirectives: 'off' },
    rules: Object.fromEntries(chosen.map(({ name, options }) => [`looplens/${name}`, ['warn', ...options]])),
  };
  try {
    return verifyByReference(source.text, virtualName(file), config, { ...source, ast }).flatMap(
      ({ ruleId, ...message }) =>
        ruleId?.startsWith('looplens/') ? [{ ...message, rule: ruleId.slice('looplens/'.length) }] : [],
    );
  } catch (error) {
    // ESLint names the rule it was running in the error that the rule threw.
    const rule = (error as { ruleId?: string }).ruleId?.replace(/^looplens\//, '');
    throw rule === undefined ? error : new RuleError(rule, error);
  } finally {
    // ESLint made its program the parent of these.
    for (const statement of ast.body) statement.parent = source.ast;
  }
}
