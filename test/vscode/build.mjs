// Bundles the host tests; the folder lies below node_modules so that they find mocha.
import * as esbuild from 'esbuild';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The workspace that host tests open. */
export const FIXTURE = path.join(ROOT, 'test', 'vscode', 'fixture');
/** The entry that VS Code runs (`extensionTestsPath`). */
export const HOST_TESTS = path.join(ROOT, 'node_modules', '.cache', 'looplens', 'host-tests', 'index.cjs');

/** Builds the extension; `LOOPLENS_NO_BUILD=1` uses what is in `dist`. */
export function buildExtension() {
  if (process.env.LOOPLENS_NO_BUILD) return;
  execFileSync(process.execPath, ['esbuild.mjs'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Bundles every `*.test.ts` of `host/` and the entry that runs them. */
export async function buildHostTests() {
  const host = path.join(ROOT, 'test', 'vscode', 'host');
  const outdir = path.dirname(HOST_TESTS);
  fs.rmSync(outdir, { recursive: true, force: true });
  await esbuild.build({
    entryPoints: fs
      .readdirSync(host)
      .filter((name) => name === 'index.ts' || name.endsWith('.test.ts'))
      .map((name) => path.join(host, name)),
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
}
