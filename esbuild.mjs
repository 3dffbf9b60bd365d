// Builds every entry into dist/, each with a size budget: a bundle that outgrows it fails the build.
//   node esbuild.mjs [--watch]
import * as esbuild from 'esbuild';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  agentAsText,
  checkWithoutWorker,
  loadedWhenCalled,
  withoutBrowserProtocol,
} from './esbuild.plugins.mjs';

const KIB = 1024;
const DEV = process.argv.includes('--watch');

const node = {
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  plugins: [agentAsText, withoutBrowserProtocol],
};

const page = {
  platform: 'browser',
  target: 'chrome128',
  format: 'iife',
  jsx: 'automatic',
  jsxImportSource: 'preact',
};

/** `budget` in KiB, minified. */
const entries = [
  {
    in: 'src/cli/main.ts',
    out: 'dist/cli/looplens.cjs',
    budget: 300,
    ...node,
    banner: { js: '#!/usr/bin/env node' },
    plugins: [
      ...node.plugins,
      loadedWhenCalled(/cli[\\/]other-jobs\.ts$/, './other-jobs.cjs', [
        'openRecording',
        'whatKeepsAlive',
        'analyzeFile',
        'compareFiles',
        'openOtlpStream',
        'record',
        'listTargets',
        'tasksInWorker',
      ]),
      loadedWhenCalled(/lint[\\/]run-anew\.ts$/, './other-jobs.cjs', ['lintAnew']),
    ],
  },
  { in: 'src/cli/other-jobs.ts', out: 'dist/cli/other-jobs.cjs', budget: 550, ...node },
  { in: 'src/extension/activate.ts', out: 'dist/extension.cjs', budget: 250, ...node, external: ['vscode'] },
  {
    in: 'src/debug/main.ts',
    out: 'dist/debug/adapter.cjs',
    budget: 400,
    ...node,
    banner: { js: '#!/usr/bin/env node' },
  },
  { in: 'src/session/workers/record-worker.ts', out: 'dist/workers/record.cjs', budget: 400, ...node },
  // Runs in the user's processes: any Node from 18 on.
  { in: 'src/inspector/preload.ts', out: 'dist/preload.cjs', budget: 8, ...node, target: 'node18' },
  { in: 'src/session/workers/tasks-worker.ts', out: 'dist/workers/tasks.cjs', budget: 200, ...node },
  { in: 'src/session/workers/analyze-worker.ts', out: 'dist/workers/analyze.cjs', budget: 300, ...node },
  {
    in: 'src/session/workers/lint-worker.ts',
    out: 'dist/workers/lint.cjs',
    budget: 2100,
    ...node,
    plugins: [
      loadedWhenCalled(/reference[\\/]parser\.ts$/, './lint-parser.cjs', ['parseByReference']),
      loadedWhenCalled(/reference[\\/]linter\.ts$/, './lint-eslint.cjs', ['verifyByReference']),
    ],
  },
  // Loads the project's own TypeScript.
  { in: 'src/session/workers/types-worker.ts', out: 'dist/workers/types.cjs', budget: 20, ...node },
  // Large, and only started for regular expressions that the fast check suspects.
  {
    in: 'src/session/workers/regexps-worker.ts',
    out: 'dist/workers/regexps.cjs',
    budget: 1700,
    ...node,
    plugins: [...node.plugins, checkWithoutWorker],
  },
  // Large, and seldom needed: the worker loads them for what it cannot do itself.
  { in: 'src/lint/reference/parser.ts', out: 'dist/workers/lint-parser.cjs', budget: 4500, ...node },
  { in: 'src/lint/reference/linter.ts', out: 'dist/workers/lint-eslint.cjs', budget: 1500, ...node },
  // What `looplens/eslint` is: the rules without a parser, which ESLint brings.
  { in: 'src/lint/eslint-plugin.ts', out: 'dist/eslint.mjs', budget: 2000, ...node, format: 'esm' },
  { in: 'src/webview/recording/main.tsx', out: 'dist/webview/recording.js', budget: 120, ...page },
  { in: 'src/webview/comparison/main.tsx', out: 'dist/webview/comparison.js', budget: 60, ...page },
].filter((entry) => fs.existsSync(entry.in));

fs.rmSync('dist', { recursive: true, force: true });

let failed = false;
for (const { in: entry, out, budget, ...options } of entries) {
  const settings = {
    ...options,
    entryPoints: [entry],
    outfile: out,
    bundle: true,
    minify: !DEV,
    keepNames: false,
    sourcemap: DEV ? 'inline' : false,
    legalComments: 'none',
    logLevel: 'warning',
    define: { 'process.env.NODE_ENV': '"production"', LOOPLENS_VERSION: JSON.stringify(version()) },
  };
  if (DEV) {
    await (await esbuild.context(settings)).watch();
    continue;
  }
  await esbuild.build(settings);
  const size = fs.statSync(out).size / KIB;
  const over = size > budget;
  failed ||= over;
  console.log(`${over ? 'OVER BUDGET ' : ''}${out}  ${size.toFixed(0)} of ${budget} KiB`);
}

// The pages of findings and rules stand beside their code; Explain shows the copies.
for (const room of ['src/analysis/findings', 'src/lint/rules']) {
  if (!fs.existsSync(room)) continue;
  const to = path.join('dist/pages', path.basename(path.dirname(room)));
  fs.mkdirSync(to, { recursive: true });
  for (const file of fs.readdirSync(room)) {
    if (file.endsWith('.md') && file !== 'README.md')
      fs.copyFileSync(path.join(room, file), path.join(to, file));
  }
}
if (!DEV) await writeConfigSchema();
if (failed) process.exit(1);

/** The schema of `looplens.config.json`: the rules say themselves what options they have. */
async function writeConfigSchema() {
  const { default: plugin } = await import(pathToFileURL(path.resolve('dist/eslint.mjs')).href);
  const choice = (rule) => ({
    description: rule.meta.docs.description,
    anyOf: [{ enum: ['on', 'off'] }, { type: 'array', items: rule.meta.schema, maxItems: 1 }],
  });
  const rules = Object.entries(plugin.rules).map(([name, rule]) => [name, choice(rule)]);
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'LoopLens',
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      preset: {
        description: 'Which rules run where "rules" says nothing.',
        enum: Object.keys(plugin.configs),
      },
      rules: { type: 'object', additionalProperties: false, properties: Object.fromEntries(rules) },
      ignore: {
        description: 'Globs of files and folders that are left out, relative to this file.',
        type: 'array',
        items: { type: 'string' },
      },
    },
  };
  fs.writeFileSync('dist/looplens.config.schema.json', JSON.stringify(schema, undefined, 2));
}

function version() {
  return JSON.parse(fs.readFileSync('package.json', 'utf8')).version;
}
