// The shop as an ordinary program under its usual load, for tests that use the editor like a person.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from './build.mjs';

/** Where the shop lives: the workspace that the editor opens. */
export const SHOP = path.join(ROOT, 'examples', 'shop');

/**
 * Starts the shop on a free port, with visitors.
 * @param {string} dir a temporary folder for its data
 * @returns `{ pid, stop() }`
 */
export async function startShop(dir) {
  const npm = (...args) =>
    execFileSync('npm', args, {
      cwd: SHOP,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    });
  if (!fs.existsSync(path.join(SHOP, 'node_modules')))
    npm('ci', '--no-audit', '--no-fund', '--loglevel=error');
  npm('run', 'build', '--silent');

  const server = spawn(process.execPath, ['--inspect-port=0', 'server.js'], {
    cwd: SHOP,
    env: { ...process.env, PORT: '0', SHOP_DATA: path.join(dir, 'shop-data'), LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise((resolve, reject) => {
    let text = '';
    server.stdout.on('data', (data) => {
      text += data;
      const address = /listening on (http:\S+)/.exec(text)?.[1];
      if (address) resolve(address);
    });
    server.once('exit', (code) => reject(new Error(`The shop exited (${code}): ${text}`)));
  });
  const visitors = spawn(process.execPath, [path.join(ROOT, 'examples', 'load.mjs'), url], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const stop = () => {
    visitors.kill();
    server.kill();
  };
  process.once('exit', stop);
  return { pid: server.pid, stop };
}
