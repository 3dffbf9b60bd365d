// `npm start`: LoopLens on a running server, from a fresh clone.
//   npm start                          starts the example shop, puts load on it, attaches, records 5 s, prints what it found
//   npm start -- --pid N               records a process that runs on this machine
//   npm start -- --inspect [HOST:]PORT one that was started with `node --inspect`
//   npm start -- -- node app.js        starts a program and records it
// Plain Node from 20 on, no dependency: it installs and builds what is missing.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { prepare, ROOT } from '../test/setup/project.mjs';
import { startLoad, startShop } from './shop-process.mjs';

const LOOPLENS = path.join(ROOT, 'dist/cli/looplens.cjs');
const RECORDING = path.join(ROOT, 'examples/shop.looplens');
/** Long enough that everything is loaded and compiled, as in a server that has been up for a while. */
const WARM_UP_MS = 3000;

// Ending runs the exit handlers, and those end every child.
const interrupted = () => process.exit(130);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupted);

try {
  requireNode(20);
  await prepare();
  const args = process.argv.slice(2);
  process.exit(args.length === 0 ? await demo() : await recordOwn(args));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

async function demo() {
  const shop = await startShop();
  say(`The shop runs as an ordinary process: ${shop.url}, pid ${shop.pid}, ${flagsOf(shop)}.`);
  await startLoad(shop.url);
  say(`Visitors come in on 15 routes; recording starts in ${WARM_UP_MS / 1000} s.\n`);
  await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS));

  const target = ['--pid', String(shop.pid)];
  const code = await looplens(['record', ...target, '--duration', '5s', '--out', RECORDING], ROOT);
  if (code !== 0) return code;

  say(`
The shop's problems and their lines: examples/shop/README.md
The recording: ${path.relative(ROOT, RECORDING)} (npm run looplens -- analyze ${path.relative(ROOT, RECORDING)})

The same on your own process:
  npm start -- --pid 4242            a process that runs now; npm run looplens -- targets lists them
  npm start -- --inspect 9229        one that was started with node --inspect
  npm start -- -- node app.js        a program that LoopLens starts for you`);
  return 0;
}

function flagsOf({ flags }) {
  return flags.length === 0 ? 'no flags' : `${flags.join(' ')} as port 9229 is taken`;
}

/** Everything after `npm start --` is a target, as `looplens record` takes it, seen from the caller's folder. */
function recordOwn(args) {
  const isCommand = !args[0].startsWith('-') && !args[0].startsWith('ws:');
  return looplens(['record', ...(isCommand ? ['--'] : []), ...args], process.env.INIT_CWD ?? process.cwd());
}

function looplens(args, cwd) {
  const child = spawn(process.execPath, [LOOPLENS, ...args], { cwd, stdio: 'inherit' });
  process.once('exit', () => child.kill());
  // A terminal's Ctrl-C reaches looplens too: it ends the recording, keeps it and reports; we wait for that.
  process.off('SIGINT', interrupted).on('SIGINT', () => undefined);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

function requireNode(major) {
  if (Number(process.versions.node.split('.')[0]) >= major) return;
  throw new Error(`LoopLens needs Node ${major} or newer to build; this is ${process.version}.`);
}

function say(text) {
  console.log(text);
}
