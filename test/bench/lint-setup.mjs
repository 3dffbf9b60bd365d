// Sources of public packages, unpacked once, and the configurations of the other linters.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const CACHE = path.join(ROOT, 'node_modules/.cache/looplens-bench');

const NPM = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const OXLINT = '1.94.0';

const SOURCES = [
  {
    size: 'small',
    name: 'fastify',
    version: '5.6.2',
    keep: ['fastify.js', 'lib', 'package.json'],
    typed: true,
  },
  { size: 'medium', name: 'mongoose', version: '8.19.2', keep: ['lib', 'package.json'], typed: true },
  { size: 'large', name: 'ghost', version: '5.130.4', keep: ['core/server', 'core/shared', 'package.json'] },
];

/** Configuration files of the other tools, in the cache. */
export const configs = {
  untyped: path.join(CACHE, 'eslint.untyped.mjs'),
  typed: path.join(CACHE, 'eslint.typed.mjs'),
  oxlint: path.join(CACHE, 'oxlint.json'),
  promises: path.join(CACHE, 'looplens.promises.json'),
};

/** Our rules that answer what the typed ones do. */
const PROMISE_RULES = [
  'await-thenable',
  'missing-await',
  'no-floating-promises',
  'no-misused-promises',
  'return-await',
];

/** Unpacks what is not there yet. @param sizes only these */
export function prepareSources(sizes = SOURCES.map(({ size }) => size)) {
  fs.mkdirSync(CACHE, { recursive: true });
  writeConfigs();
  return SOURCES.filter(({ size }) => sizes.includes(size)).map((source) => {
    const folder = path.join(CACHE, `${source.name}-${source.version}`);
    if (!fs.existsSync(folder)) unpack(source, folder);
    return { ...source, folder, lines: linesBelow(folder) };
  });
}

/** The folder of oxlint, installed into the cache: its binaries for other systems do not belong into the lock file. */
export function installOxlint() {
  const folder = path.join(CACHE, 'node_modules/oxlint');
  if (fs.existsSync(folder)) return folder;
  fs.mkdirSync(CACHE, { recursive: true });
  fs.writeFileSync(path.join(CACHE, 'package.json'), '{ "private": true }\n');
  execFileSync(NPM, ['install', '--silent', '--no-audit', '--no-fund', `oxlint@${OXLINT}`], {
    cwd: CACHE,
    stdio: 'ignore',
    shell: process.platform === 'win32',
  });
  return folder;
}

function unpack({ name, version, keep }, folder) {
  const part = `${folder}.part`;
  fs.rmSync(part, { recursive: true, force: true });
  fs.mkdirSync(part, { recursive: true });
  execFileSync(NPM, ['pack', '--silent', `${name}@${version}`], {
    cwd: part,
    stdio: ['ignore', 'ignore', 'ignore'],
    shell: process.platform === 'win32',
  });
  const file = fs.readdirSync(part).find((one) => one.endsWith('.tgz'));
  execFileSync('tar', ['-xzf', file], { cwd: part });
  fs.mkdirSync(folder);
  for (const one of keep)
    fs.cpSync(path.join(part, 'package', one), path.join(folder, one), { recursive: true });
  fs.writeFileSync(
    path.join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        allowJs: true,
        noEmit: true,
        module: 'nodenext',
        skipLibCheck: true,
        strict: true,
        types: [],
      },
      include: keep.filter((one) => one !== 'package.json'),
    }),
  );
  fs.rmSync(part, { recursive: true, force: true });
}

function linesBelow(folder) {
  let lines = 0;
  for (const name of fs.readdirSync(folder, { recursive: true })) {
    if (/\.[cm]?js$/.test(name)) lines += fs.readFileSync(path.join(folder, name), 'utf8').split('\n').length;
  }
  return lines;
}

function writeConfigs() {
  const from = (name) => JSON.stringify(import.meta.resolve(name) ?? pathToFileURL(name).href);
  const head = `import n from ${from('eslint-plugin-n')};
import promise from ${from('eslint-plugin-promise')};
import ts from ${from('typescript-eslint')};
const rules = {
  'n/no-sync': 'warn', 'no-await-in-loop': 'warn', 'require-atomic-updates': 'warn', 'no-async-promise-executor': 'warn',
  'no-promise-executor-return': 'warn', 'no-unmodified-loop-condition': 'warn', 'promise/always-return': 'warn',
  'promise/catch-or-return': 'warn', 'promise/no-nesting': 'warn', 'promise/no-return-wrap': 'warn',
  'promise/no-promise-in-callback': 'warn', 'promise/no-callback-in-promise': 'warn', 'promise/valid-params': 'warn',
  'promise/no-multiple-resolved': 'warn', 'n/callback-return': 'warn', 'n/handle-callback-err': 'warn',
  'n/no-callback-literal': 'warn', 'require-await': 'warn', 'n/no-process-exit': 'warn',
};
const base = { files: ['**/*.js'], plugins: { n, promise, ts: ts.plugin }, linterOptions: { reportUnusedDisableDirectives: 'off' } };
`;
  fs.writeFileSync(
    configs.untyped,
    // n/no-sync fails on every call of such a name where the parser offers services without types.
    `${head}const parser = {
  meta: ts.parser.meta,
  parseForESLint: (text, options) => ({ ...ts.parser.parseForESLint(text, options), services: {} }),
};
export default [{ ...base, languageOptions: { parser }, rules: { ...rules } }];\n`,
  );
  fs.writeFileSync(
    configs.typed,
    `${head}export default [{
  ...base,
  languageOptions: { parser: ts.parser, parserOptions: { project: './tsconfig.json' } },
  rules: { 'ts/no-floating-promises': 'warn', 'ts/no-misused-promises': 'warn', 'ts/await-thenable': 'warn', 'ts/return-await': 'warn' },
}];\n`,
  );
  const schema = JSON.parse(fs.readFileSync(path.join(ROOT, 'dist/looplens.config.schema.json'), 'utf8'));
  const all = Object.keys(schema.properties.rules.properties);
  const choices = all.map((name) => [name, PROMISE_RULES.includes(name) ? 'on' : 'off']);
  fs.writeFileSync(configs.promises, JSON.stringify({ rules: Object.fromEntries(choices) }));
  fs.writeFileSync(
    configs.oxlint,
    JSON.stringify({
      plugins: ['promise', 'node'],
      rules: { 'no-await-in-loop': 'warn', 'promise/always-return': 'warn' },
    }),
  );
}
