// Bundles the host tests (F5 runs this file for it); the folder lies below node_modules so that they find mocha.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../setup/project.mjs';

/** The workspace that host tests open. */
export const FIXTURE = path.join(ROOT, 'test', 'vscode', 'fixture');
/** The entry that VS Code runs (`extensionTestsPath`). */
export const HOST_TESTS = path.join(ROOT, 'node_modules', '.cache', 'looplens', 'host-tests', 'index.cjs');

/** Bundles every `*.test.ts` of `host/` and the entry that runs them. */
export async function buildHostTests() {
  const esbuild = await import('esbuild'); // Not above: a fresh clone lacks it until it is prepared.
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

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildHostTests();
