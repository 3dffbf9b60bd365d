// Builds every entry into dist/, each with a size budget: a bundle that outgrows it fails the build.
//   node esbuild.mjs [--watch]
import * as esbuild from 'esbuild';
import fs from 'node:fs';
import path from 'node:path';
import { agentAsText, withoutBrowserProtocol } from './esbuild.plugins.mjs';

const KIB = 1024;
const DEV = process.argv.includes('--watch');

const node = {
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  plugins: [agentAsText, withoutBrowserProtocol],
};

/** `budget` in KiB, minified. */
const entries = [
  {
    in: 'src/cli/main.ts',
    out: 'dist/cli/looplens.cjs',
    budget: 700,
    ...node,
    banner: { js: '#!/usr/bin/env node' },
  },
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
  { in: 'src/session/workers/analyze-worker.ts', out: 'dist/workers/analyze.cjs', budget: 300, ...node },
  // The parser and ESLint's linter are large and load only in this worker.
  { in: 'src/lint/worker.ts', out: 'dist/workers/lint.cjs', budget: 7000, ...node },
  {
    in: 'src/webview/recording/main.tsx',
    out: 'dist/webview/recording.js',
    budget: 120,
    platform: 'browser',
    target: 'chrome128',
    format: 'iife',
    jsx: 'automatic',
    jsxImportSource: 'preact',
  },
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
if (failed) process.exit(1);

function version() {
  return JSON.parse(fs.readFileSync('package.json', 'utf8')).version;
}
