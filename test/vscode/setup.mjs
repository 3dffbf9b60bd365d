// Puts a real VS Code that needs no display into the cache: code-server (VS Code's own server and workbench), shown in
// an installed Chromium. Uses the npm registry and, for the browser, Debian's packages.
//   node test/vscode/setup.mjs        idempotent; about 2 minutes the first time
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { CACHE } from '../setup/cache.mjs';
import { installNodes, nodeBinary, VERSIONS } from '../setup/nodes.mjs';

/** The newest VS Code (1.139.1). */
const CODE_SERVER = '4.139.1';
/** A Chromium inside an npm package, for Linux machines without a browser where apt is of no use. */
const SPARTICUZ = '153.0.0';

const BED = path.join(CACHE, 'vscode-bed');
/** code-server's engines.node. */
const NODE_MAJOR = 24;

/** What the bed runs on. All of it exists once {@link setUpBed} has run. */
export const bedNode = () => nodeBinary(NODE_MAJOR);
export const bedServer = path.join(BED, 'node_modules', 'code-server', 'out', 'node', 'entry.js');

/**
 * Installs what is missing and answers the browser: `{ executable, args }`.
 * Throws one clear sentence where this cannot work.
 */
export async function setUpBed() {
  if (process.platform === 'win32') {
    throw new Error('The VS Code of the tests does not run on Windows. Use "npm run test:electron" instead.');
  }
  installNodes();
  installServer();
  return findBrowser();
}

function installServer() {
  const want = `code-server ${CODE_SERVER} node ${VERSIONS[NODE_MAJOR]}`;
  const mark = path.join(BED, 'complete');
  if (fs.existsSync(mark) && fs.readFileSync(mark, 'utf8').trim() === want) return;

  console.log(`Installing VS Code (code-server ${CODE_SERVER}) into ${BED}; about 2 minutes, once.`);
  fs.rmSync(BED, { recursive: true, force: true });
  fs.mkdirSync(BED, { recursive: true });
  fs.writeFileSync(path.join(BED, 'package.json'), '{ "private": true }\n');
  // Its own install scripts would compile ten modules and need more libraries than a machine has.
  npm(BED, ['install', '--ignore-scripts', `code-server@${CODE_SERVER}`]);
  const vscode = path.join(BED, 'node_modules', 'code-server', 'lib', 'vscode');
  npm(vscode, ['install', '--omit=dev', '--ignore-scripts']); // Not ci: its lock file is out of step.
  npm(path.join(vscode, 'extensions'), ['install', '--omit=dev', '--ignore-scripts']);
  // Without spdlog output channels stay empty; without the watchdog a host outlives a killed server.
  npm(vscode, ['rebuild', '@vscode/spdlog', '@vscode/native-watchdog']);
  fs.writeFileSync(mark, `${want}\n`);
}

/** npm under the bed's Node, whose package also holds the headers that native modules are built with. */
function npm(cwd, args) {
  const bin = path.dirname(bedNode());
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}`,
      npm_config_nodedir: path.dirname(bin),
    },
  });
}

async function findBrowser() {
  const found = process.env.CHROME ?? installedBrowser() ?? debianBrowser();
  if (found) return { executable: found, args: [] };
  if (process.platform === 'linux' && process.arch === 'x64') return packagedBrowser();
  throw new Error(
    'No Chrome, Edge or Chromium was found. Install one, or say where it is: CHROME=/path npm run test:vscode.',
  );
}

function installedBrowser() {
  if (process.platform === 'darwin') {
    return ['Google Chrome', 'Microsoft Edge', 'Chromium']
      .map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`)
      .find((file) => fs.existsSync(file));
  }
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return names
    .flatMap((name) => folders.map((folder) => path.join(folder, name)))
    .find((file) => fs.existsSync(file));
}

function debianBrowser() {
  if (process.getuid?.() !== 0 || !fs.existsSync('/usr/bin/apt-get')) return undefined;
  console.log('Installing Chromium with apt-get.');
  try {
    const options = {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    };
    execFileSync('apt-get', ['update', '-qq'], options);
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], options);
  } catch {
    return undefined; // No Debian mirror within reach: the packaged one is next.
  }
  return installedBrowser();
}

async function packagedBrowser() {
  const home = path.join(CACHE, 'chromium');
  const entry = path.join(home, 'node_modules', '@sparticuz', 'chromium');
  if (!fs.existsSync(entry)) {
    console.log('Installing a Chromium from npm.');
    fs.mkdirSync(home, { recursive: true });
    fs.writeFileSync(path.join(home, 'package.json'), '{ "private": true }\n');
    npm(home, ['install', '--ignore-scripts', `@sparticuz/chromium@${SPARTICUZ}`]);
  }
  const main = createRequire(path.join(home, 'x.js')).resolve('@sparticuz/chromium');
  const { default: chromium } = await import(pathToFileURL(main).href);
  return { executable: await chromium.executablePath(), args: chromium.args };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { executable } = await setUpBed();
  console.log(`VS Code: ${bedServer}\nbrowser: ${executable}`);
}
