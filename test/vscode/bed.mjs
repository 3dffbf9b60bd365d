// Starts a throw-away VS Code and, unless it is for a person, a headless browser that shows it. Only 127.0.0.1 is
// reached, and everything written goes to one temporary folder that is removed.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { bedNode, bedServer, setUpBed } from './setup.mjs';

/** Quiet, and nothing that asks the network. */
const SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'typescript.disableAutomaticTypeAcquisition': true,
  'npm.fetchOnlinePackageInfo': false,
  'json.schemaDownload.enable': false,
  'git.openRepositoryInParentFolders': 'never',
  // On the web it is on: a test's edit would be written into the repository.
  'files.autoSave': 'off',
};

/**
 * @param {{
 *   browser?: 'headless' | 'none',
 *   settings?: object,
 *   env?: Record<string, string>,
 *   viewport?: { width: number, height: number },
 *   scale?: number,
 *   log?: (line: string) => void,
 * }} options `scale`: device pixels per CSS pixel, for pictures
 * @returns `{ dir, env, page, url(folder, payload), remote(path), stop() }`; `page` only with a browser
 */
export async function startBed(options = {}) {
  const browser = await setUpBed();
  // Short and real: VS Code puts unix sockets (107 characters at most) below TMPDIR.
  const root = process.platform === 'linux' ? '/tmp' : os.tmpdir();
  const dir = fs.mkdtempSync(path.join(fs.realpathSync(root), 'llb-'));
  const log = options.log ?? (() => undefined);
  const env = environment(dir, options.env);
  writeJson(path.join(folder(dir, 'data/User'), 'settings.json'), { ...SETTINGS, ...options.settings });

  const server = spawn(
    bedNode(),
    [
      bedServer,
      ...['--auth', 'none', '--bind-addr', '127.0.0.1:0', '--config', path.join(dir, 'config.yaml')],
      ...['--user-data-dir', path.join(dir, 'data'), '--extensions-dir', folder(dir, 'ext')],
      ...['--disable-telemetry', '--disable-update-check', '--disable-workspace-trust'],
      '--disable-getting-started-override',
      // Should this process be killed the hard way, the server ends by itself.
      ...['--idle-timeout-seconds', options.browser === 'none' ? '3600' : '120'],
      // Without it VS Code ignores the extension under development that the address names.
      ...['--vscode-option', 'enable-smoke-test-driver'],
    ],
    // A group of its own: one signal reaches its extension hosts, too.
    { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );

  let context;
  let stopping;
  const stop = () => (stopping ??= end(server.pid, dir, () => context?.close()));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => void stop().then(() => process.exit(130)));
  }
  try {
    const port = await listening(server, log);
    const authority = `127.0.0.1:${port}`;
    const remote = (file) => `vscode-remote://${authority}${path.resolve(file)}`;
    const url = (workspace, payload = []) =>
      `http://${authority}/?folder=${encodeURIComponent(path.resolve(workspace))}` +
      `&payload=${encodeURIComponent(JSON.stringify(payload))}`;
    if (options.browser === 'none') return { dir, env, url, remote, stop };

    const { chromium } = await import('playwright-core'); // Not above: a fresh clone lacks it until it is prepared.
    context = await chromium.launchPersistentContext(folder(dir, 'chrome'), {
      executablePath: browser.executable,
      headless: true,
      viewport: options.viewport ?? { width: 1400, height: 900 },
      deviceScaleFactor: options.scale ?? 1,
      env,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      args: [
        ...browser.args,
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
      ],
    });
    const page = context.pages()[0] ?? (await context.newPage());
    page.on('console', (message) => log(`[page:${message.type()}] ${message.text()}`));
    page.on('pageerror', (error) => log(`[page:error] ${error.message}`));
    return { dir, env, page, url, remote, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function environment(dir, extra) {
  const env = { ...process.env };
  for (const name of Object.keys(env)) {
    if (/^(VSCODE_|ELECTRON_|NODE_OPTIONS$|PORT$)/.test(name)) delete env[name];
  }
  return Object.assign(env, {
    HOME: folder(dir, 'home'),
    TMPDIR: folder(dir, 't'),
    XDG_CONFIG_HOME: folder(dir, 'home/.config'),
    XDG_DATA_HOME: folder(dir, 'home/.local/share'),
    XDG_CACHE_HOME: folder(dir, 'home/.cache'),
    XDG_RUNTIME_DIR: folder(dir, 'run'),
    LOOPLENS_TEST_OUT: path.join(dir, 'out.txt'),
    LOOPLENS_TEST_RESULTS: path.join(dir, 'results.json'),
    EXTENSIONS_GALLERY: '{}', // Without it server and page ask a marketplace.
    ...extra,
  });
}

async function end(pid, dir, closeBrowser) {
  await Promise.race([Promise.resolve(closeBrowser()).catch(() => undefined), wait(5000)]);
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    try {
      process.kill(-pid, signal);
    } catch {
      break; // The whole group is gone.
    }
    for (let i = 0; i < 40 && groupAlive(pid); i++) await wait(50);
  }
  fs.rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
}

function groupAlive(pid) {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

function listening(server, log) {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => reject(new Error(`VS Code did not start in 60 s:\n${text}`)), 60_000);
    const take = (data) => {
      log(`[server] ${String(data).trimEnd()}`);
      text += data;
      const port = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1];
      if (!port) return;
      clearTimeout(timer);
      resolve(port);
    };
    server.stdout.on('data', take);
    server.stderr.on('data', take);
    server.on('error', reject);
    server.on('exit', (code) => reject(new Error(`VS Code's server exited (${code}):\n${text}`)));
  });
}

function folder(dir, name) {
  const full = path.join(dir, name);
  fs.mkdirSync(full, { recursive: true });
  return full;
}

function writeJson(file, value) {
  fs.writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
