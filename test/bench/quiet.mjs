// npm run bench:quiet [-- --json] [--node 24] [--program TEXT] [--cli FILE]
// Well-behaved servers of ten public packages under load: every finding above `hint` is a false one. The packages are installed, in
// pinned versions, into the cache folder.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CACHE } from '../setup/cache.mjs';
import { installNodes, nodeBinary } from '../setup/nodes.mjs';
import { prepare, ROOT } from '../setup/project.mjs';
import { recordProgram, startServices, temporaryFolder } from './findings-run.mjs';

const VERSIONS = {
  fastify: '5.12.8',
  express: '5.3.0',
  koa: '3.3.0',
  ws: '8.23.0',
  undici: '8.12.4',
  pino: '10.4.0',
  'socket.io': '4.8.4',
  'socket.io-client': '4.8.4',
  'graphql-http': '1.23.1',
  graphql: '16.11.0',
  '@hapi/hapi': '21.4.10',
};
const ITEMS = [
  { path: '/items/1', everyMs: 5, connections: 8 },
  {
    path: '/items',
    method: 'POST',
    body: '{"name":"chair"}',
    headers: { 'content-type': 'application/json' },
    everyMs: 40,
  },
];
const ANY = [{ path: '/1', everyMs: 5, connections: 8 }];
const QUERY = encodeURIComponent('{ hello later }');
/** Program -> its load; without one it drives itself. */
const PROGRAMS = {
  fastify: ITEMS,
  express: ITEMS,
  koa: ANY,
  ws: undefined,
  undici: ANY,
  pino: ANY,
  sqlite: ANY,
  socketio: undefined,
  graphql: [
    { path: `/graphql?query=${QUERY}`, headers: { accept: 'application/json' }, everyMs: 10, connections: 6 },
  ],
  hapi: [ITEMS[0]],
};
const { values: args } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    node: { type: 'string', default: '24' },
    program: { type: 'string', default: '' },
    cli: { type: 'string', default: path.join(ROOT, 'dist/cli/looplens.cjs') },
  },
});

installNodes();
await prepare((text) => process.stderr.write(text));
const modules = installPackages();
const services = await startServices();
const folder = temporaryFolder();
const rows = [];
for (const [name, load] of Object.entries(PROGRAMS)) {
  if (!name.includes(args.program)) continue;
  const file = fileURLToPath(new URL(`../fixtures/quiet/${name}.cjs`, import.meta.url));
  const run = {
    cli: args.cli,
    node: nodeBinary(args.node),
    cwd: ROOT,
    env: { NODE_PATH: modules },
    services,
    folder,
  };
  const { report, output, code } = await recordProgram({ file, load, durationMs: 5000 }, run);
  const told = report?.findings.filter(({ severity }) => severity !== 'hint') ?? [];
  const requests = report?.routes.reduce((sum, route) => sum + route.requests, 0) ?? 0;
  if (!report) process.stderr.write(`${name}: no report, exit code ${code}\n${output.slice(-500)}\n`);
  for (const { severity, rule, location, message } of told) {
    process.stderr.write(`${name}: ${severity} ${rule} ${location.file}:${location.line} ${message}\n`);
  }
  const version =
    VERSIONS[{ graphql: 'graphql-http', socketio: 'socket.io', hapi: '@hapi/hapi' }[name] ?? name] ?? '';
  rows.push({
    label: `${`${name} ${version}`.trim()}, node ${args.node}, ${requests} requests`,
    value: report ? told.length : -1,
    unit: 'findings above hint',
    baseline: 'none are right',
    spread: [],
    limit: 0,
  });
}
services.close();
if (args.json) console.log(JSON.stringify({ name: 'quiet', rows }));
else
  for (const { label, value } of rows)
    console.log(`${label.padEnd(48)} ${value < 0 ? 'NOT RECORDED' : value}`);

/** Folder of the packages. */
function installPackages() {
  const home = path.join(CACHE, 'quiet');
  const installed = path.join(home, 'node_modules');
  const manifest = JSON.stringify({ private: true, dependencies: VERSIONS });
  const file = path.join(home, 'package.json');
  if (!fs.existsSync(installed) || fs.readFileSync(file, 'utf8') !== manifest) {
    fs.mkdirSync(home, { recursive: true });
    fs.writeFileSync(file, manifest);
    const options = {
      cwd: home,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    };
    execFileSync(
      'npm',
      ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
      options,
    );
  }
  return installed;
}
