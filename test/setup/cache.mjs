// Where everything that the tests need but a clone lacks is kept: Node binaries, a VS Code, a browser.
import os from 'node:os';
import path from 'node:path';

/** Folder that survives between runs; `LOOPLENS_CACHE` overrides it. */
export const CACHE =
  process.env.LOOPLENS_CACHE ??
  path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'looplens');
