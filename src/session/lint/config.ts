import fs from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError } from '../../base/user-error.ts';
import { RULE_NAMES, type PresetName, type RuleChoice } from '../../lint/protocol.ts';
import { globMatcher } from './glob.ts';

/** A checked configuration. */
export interface LintConfig {
  preset?: PresetName;
  rules: Readonly<Record<string, RuleChoice>>;
  /** True for a path, relative to the configuration's folder, that is left out. */
  ignore: (relative: string) => boolean;
}

/** In the order in which they are looked for. */
const NAMES = ['looplens.config.json', 'looplens.config.js', 'looplens.config.mjs', 'looplens.config.ts'];

/**
 * Reads the configuration; the one in `cwd` when none is named, and defaults when there is none either. One that is a
 * program is run.
 * @throws UserError `usage` with one sentence that names the file and what is wrong in it
 */
export async function readLintConfig(named: string | undefined, cwd: string): Promise<LintConfig> {
  const file = named === undefined ? await findConfig(cwd) : path.resolve(cwd, named);
  if (file === undefined) return { rules: {}, ignore: () => false };
  const data = /\.(?:[cm]?[jt]s)$/.test(file) ? await runConfig(file) : await parseConfig(file);
  return checkConfig(data, file);
}

async function findConfig(cwd: string): Promise<string | undefined> {
  for (const name of NAMES) {
    const file = path.join(cwd, name);
    if (await isThere(file)) return file;
  }
  return undefined;
}

async function parseConfig(file: string): Promise<unknown> {
  const text = await fs.readFile(file, 'utf8').catch((error: unknown) => {
    throw bad(file, `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  });
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw bad(file, `is not valid JSON (${(error as Error).message})`);
  }
}

async function runConfig(file: string): Promise<unknown> {
  if (!(await isThere(file))) throw bad(file, 'cannot be read (ENOENT)');
  try {
    // The time of the last change, so that one process sees an edit.
    const { mtimeMs } = await fs.stat(file);
    const module = (await import(`${pathToFileURL(file).href}?${mtimeMs}`)) as { default?: unknown };
    return module.default;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw code === 'ERR_UNKNOWN_FILE_EXTENSION'
      ? new UserError(
          'usage',
          `${file} is TypeScript, which Node ${process.versions.node} does not run.`,
          'Use Node 22.18 or newer, or write it as JavaScript or JSON.',
        )
      : bad(file, `fails: ${message.split('\n', 1)[0]}`);
  }
}

const isThere = (file: string): Promise<boolean> =>
  fs.access(file).then(
    () => true,
    () => false,
  );

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
