// The tools that bench:peers compares with, installed once beside the sources of bench:lint, and how each is put around a
// server.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { CACHE } from './lint-setup.mjs';

const PEERS = path.join(CACHE, 'peers');
const PACKAGES = {
  clinic: '13.0.0',
  '0x': '6.0.0',
  'blocked-at': '1.2.0',
  '@opentelemetry/api': '1.10.0',
  '@opentelemetry/auto-instrumentations-node': '0.82.0',
};
const BLOCKED_AT = path.join(PEERS, 'blocked-at.cjs');

/** Installs what is missing. Throws with npm's words when the registry cannot be reached. */
export function installPeers() {
  const mark = path.join(PEERS, 'complete');
  const want = JSON.stringify(PACKAGES);
  if (fs.existsSync(mark) && fs.readFileSync(mark, 'utf8') === want) return;
  fs.rmSync(PEERS, { recursive: true, force: true });
  fs.mkdirSync(PEERS, { recursive: true });
  fs.writeFileSync(path.join(PEERS, 'package.json'), '{ "private": true }\n');
  const specs = Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`);
  execFileSync(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...specs],
    { cwd: PEERS, stdio: 'inherit', shell: process.platform === 'win32' },
  );
  fs.writeFileSync(BLOCKED_AT, `require('blocked-at')(() => undefined, { threshold: 20 });\n`);
  fs.writeFileSync(mark, want);
}

/**
 * The tools, each as what starts a server under it.
 *
 * @type {{ name: string, start: (node: string, server: string[], folder: string, collector: string) => { command: string, args: string[], env?: Record<string, string> } }[]}
 */
export const PEERS_BY_NAME = [
  { name: 'clinic doctor', start: clinic('doctor') },
  { name: 'clinic bubbleprof', start: clinic('bubbleprof') },
  {
    name: '0x',
    start: (node, server, folder) => ({
      command: node,
      args: [bin('0x', 'cmd.js'), '--collect-only', '-D', folder, '--', node, ...server],
    }),
  },
  {
    name: 'blocked-at',
    start: (node, server) => ({ command: node, args: ['--require', BLOCKED_AT, ...server] }),
  },
  {
    name: 'OpenTelemetry auto',
    start: (node, server, _folder, collector) => ({
      command: node,
      args: ['--require', bin('@opentelemetry/auto-instrumentations-node', 'dist/register.cjs'), ...server],
      env: {
        OTEL_SERVICE_NAME: 'bench',
        OTEL_EXPORTER_OTLP_ENDPOINT: collector,
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
      },
    }),
  },
];

function clinic(kind) {
  return (node, server, folder) => ({
    command: node,
    args: [bin('clinic', 'bin.js'), kind, '--collect-only', '--dest', folder, '--', node, ...server],
    env: { NO_INSIGHT: '1', NO_UPDATE_NOTIFIER: '1' },
  });
}

function bin(name, file) {
  return path.join(PEERS, 'node_modules', name, file);
}
