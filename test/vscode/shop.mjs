// The shop as an ordinary program under its usual load, for tests that use the editor like a person.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ROOT, SHOP } from '../setup/project.mjs';

/**
 * Starts the shop on a free port, with visitors. It knows nothing of us; its inspector, once opened, takes a free port.
 * @param {string} dir a temporary folder for its data
 * @returns `{ pid, stop() }`
 */
export async function startShop(dir) {
  const server = spawn(process.execPath, ['--inspect-port=0', 'server.js'], {
    cwd: SHOP,
    env: { ...process.env, PORT: '0', SHOP_DATA: path.join(dir, 'shop-data'), LOG_LEVEL: 'silent' },
    // Its stderr is noise here: Node itself announces the inspector there.
    stdio: ['ignore', 'pipe', 'ignore'],
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
