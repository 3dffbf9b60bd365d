import fs from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../base/user-error.ts';
import { RULE_NAMES, type PresetName, type RuleChoice } from '../../lint/protocol.ts';
import { globMatcher } from './glob.ts';

/** A checked `looplens.config.json`. */
export interface LintConfig {
  preset?: PresetName;
  rules: Readonly<Record<string, RuleChoice>>;
  /** True for a path, relative to the configuration's folder, that is left out. */
  ignore: (relative: string) => boolean;
}

/**
 * Reads the configuration; the one in `cwd` when none is named, and defaults when there is none either.
 * @throws UserError `usage` with one sentence that names the file and what is wrong in it
 */
export async function readLintConfig(named: string | undefined, cwd: string): Promise<LintConfig> {
  const file = path.resolve(cwd, named ?? 'looplens.config.json');
  let text: string;
  try {
    text = await fs.readFile(file, 'utf8');
  } catch (error) {
    if (named === undefined) return { rules: {}, ignore: () => false };
    throw bad(file, `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  }
  try {
    return checkConfig(JSON.parse(text), file);
  } catch (error) {
    throw error instanceof SyntaxError ? bad(file, `is not valid JSON (${error.message})`) : error;
  }
}

function checkConfig(data: unknown, file: string): LintConfig {
  if (!isObject(data)) throw bad(file, 'is not an object');
  for (const key of Object.keys(data)) {
    if (!/^(?:\$schema|preset|rules|ignore)$/.test(key)) throw bad(file, `has an unknown key "${key}"`);
  }
  const { preset, rules = {}, ignore = [] } = data;
  if (preset !== undefined && preset !== 'recommended' && preset !== 'strict') {
    throw bad(file, 'has a "preset" that is neither "recommended" nor "strict"');
  }
  if (!isObject(rules)) throw bad(file, 'has "rules" that are not an object');
  if (!Array.isArray(ignore) || !ignore.every((glob) => typeof glob === 'string')) {
    throw bad(file, 'has an "ignore" that is not a list of globs');
  }
  const choices: Record<string, RuleChoice> = {};
  for (const [name, choice] of Object.entries(rules)) choices[name] = checkRule(name, choice, file);
  const ignored = ignore.map((glob) => globMatcher(glob));
  return {
    ...(preset ? { preset } : {}),
    rules: choices,
    ignore: (relative) => ignored.some((matches) => matches(relative)),
  };
}

function checkRule(name: string, choice: unknown, file: string): RuleChoice {
  if (!(RULE_NAMES as readonly string[]).includes(name))
    throw bad(file, `names a rule "${name}" that does not exist`);
  if (choice === 'on' || choice === 'off') return choice;
  if (Array.isArray(choice) && choice.length <= 1 && choice.every(isObject)) return choice;
  throw bad(
    file,
    `gives the rule "${name}" a value that is not "on", "off" or a list with one object of options`,
  );
}

const bad = (file: string, what: string): UserError =>
  new UserError('usage', `${file} ${what}.`, 'Correct the configuration, or leave --config out.');

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
