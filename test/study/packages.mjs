// Unpacks the programs of the precision study once, outside of the repository.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Where the packages lie. */
export const FOLDER = path.join(os.tmpdir(), 'looplens-study');

/** The folder of one package, fetched where it is not there yet. */
export function folderOf(spec) {
  const folder = path.join(FOLDER, spec.replace('/', '+'));
  if (!fs.existsSync(folder)) unpack(spec, folder);
  return folder;
}

function unpack(spec, folder) {
  const part = `${folder}.part`;
  fs.rmSync(part, { recursive: true, force: true });
  fs.mkdirSync(part, { recursive: true });
  const isWindows = process.platform === 'win32';
  execFileSync(isWindows ? 'npm.cmd' : 'npm', ['pack', '--silent', spec], {
    cwd: part,
    stdio: 'ignore',
    shell: isWindows,
  });
  const archive = fs.readdirSync(part).find((name) => name.endsWith('.tgz'));
  execFileSync('tar', ['-xzf', archive], { cwd: part, stdio: 'ignore' });
  const root = path.join(part, 'package');
  // Compiled TypeScript is all that some packages have. Where the linter looks for sources, it leaves such folders out.
  for (const name of ['dist', 'build'])
    if (fs.existsSync(path.join(root, name)))
      fs.renameSync(path.join(root, name), path.join(root, `${name}-compiled`));
  // Some bring each file twice, for `require` and for `import`, or as it was written and compiled.
  for (const folder of ['build-compiled', 'dist-compiled']) {
    const [cjs, esm] = ['cjs', 'esm'].map((name) => path.join(root, folder, name));
    if (fs.existsSync(cjs) && fs.existsSync(esm)) fs.rmSync(cjs, { recursive: true });
    if (!fs.existsSync(path.join(root, 'src', 'index.ts'))) continue;
    fs.rmSync(path.join(root, folder), { recursive: true, force: true });
  }
  for (const name of fs.readdirSync(root, { recursive: true })) {
    if (isCompiled(root, name)) {
      fs.rmSync(path.join(root, name));
      continue;
    }
    const twin = path.join(root, name.replace(/\.mjs$/, '.js'));
    if (name.endsWith('.mjs') && fs.existsSync(twin)) fs.rmSync(path.join(root, name));
  }
  fs.renameSync(root, folder);
  fs.rmSync(part, { recursive: true, force: true });
}

/** True for a file of which the source stands in another folder: `lib/a/b.js` of `src/a/b.ts`. */
function isCompiled(root, name) {
  const within = /^(?:lib|build-compiled|dist-compiled)[\\/](.*)\.[cm]?js$/.exec(name)?.[1];
  if (within === undefined) return false;
  const bases = [within, within.replace(/^(?:src|source|lib)[\\/]/, '')];
  return ['src', 'source', 'lib', '.'].some((folder) =>
    bases.some((base) => fs.existsSync(path.join(root, folder, `${base}.ts`))),
  );
}
