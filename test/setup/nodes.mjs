// Installs the Node binaries of the test matrix into the cache: npm packages ship them, so the registry is enough.
//   node test/setup/nodes.mjs        idempotent; prints one line per major
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { CACHE } from './cache.mjs';

/** Newest release of each supported major. */
export const VERSIONS = {
  18: '18.20.8',
  20: '20.20.2',
  22: '22.23.3',
  24: '24.21.0',
  26: '26.10.0',
};

const HOME = path.join(CACHE, 'nodes');
const PLATFORM = process.platform === 'win32' ? 'win' : process.platform;
const BINARY = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node';

/** Absolute path of the `node` binary of a major; it exists once {@link installNodes} has run. */
export const nodeBinary = (major) => path.join(HOME, 'node_modules', `node-${major}`, BINARY);

/** Installs what is missing. Throws with npm's words when the registry cannot be reached. */
export function installNodes() {
  const missing = Object.entries(VERSIONS).filter(([major, version]) => {
    try {
      return execFileSync(nodeBinary(major), ['--version'], { encoding: 'utf8' }).trim() !== `v${version}`;
    } catch {
      return true;
    }
  });
  if (missing.length === 0) return;
  fs.mkdirSync(HOME, { recursive: true });
  const manifest = path.join(HOME, 'package.json');
  if (!fs.existsSync(manifest)) fs.writeFileSync(manifest, '{ "private": true }\n');
  const specs = missing.map(
    ([major, version]) => `node-${major}@npm:node-${PLATFORM}-${process.arch}@${version}`,
  );
  execFileSync(
    'npm',
    [
      'install',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--no-bin-links',
      '--loglevel=error',
      ...specs,
    ],
    { cwd: HOME, stdio: 'inherit', shell: process.platform === 'win32' },
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  installNodes();
  for (const major of Object.keys(VERSIONS)) console.log(`node ${major}: ${nodeBinary(major)}`);
}
