import fs from 'node:fs';
import path from 'node:path';

/**
 * Absolute path of a built file, e.g. `workers/lint.cjs`, whichever bundle asks: all of them lie somewhere below `dist`.
 * When our own TypeScript runs unbundled (unit tests), it is the `dist` of the working folder.
 */
export function asset(relative: string): string {
  const from = typeof __dirname === 'string' ? __dirname : process.cwd();
  for (let folder = from; ; folder = path.dirname(folder)) {
    const candidate =
      path.basename(folder) === 'dist' ? path.join(folder, relative) : path.join(folder, 'dist', relative);
    if (fs.existsSync(candidate)) return candidate;
    if (folder === path.dirname(folder)) {
      throw new Error(`${relative} is missing from the build: run "npm run build".`);
    }
  }
}
