// The server programs of the precision study, as npm has them, unpacked once outside of the repository: those that
// rules were mended with in view, and others that were drawn from only after the last mend.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const SEEN = [
  '@actual-app/sync-server@26.9.0',
  '@directus/api@39.2.1',
  '@medusajs/medusa@2.21.2',
  '@node-red/editor-api@5.0.7',
  '@node-red/registry@5.0.7',
  '@node-red/runtime@5.0.7',
  '@strapi/core@5.54.0',
  'Haraka@3.3.4',
  'homebridge@2.4.0',
  'json-server@0.17.4',
  'kuzzle@2.56.0',
  'mongo-express@1.0.2',
  'parse-server@9.10.0',
  'pm2@7.0.4',
  'prerender@5.21.6',
  'socket.io@4.8.4',
  'statsd@0.9.0',
  'thelounge@4.5.2',
  'unleash-server@8.2.0',
  'verdaccio@6.10.4',
  'zigbee2mqtt@2.14.1',
];

const UNSEEN = [
  '@cubejs-backend/server-core@1.7.43',
  '@nocobase/server@2.2.15',
  '@solid/community-server@7.2.0',
  '@vendure/core@3.7.3',
  'actionhero@29.3.5',
  'azurite@3.37.0',
  'browser-sync@3.0.4',
  'cncjs@1.11.5',
  'dynalite@4.0.0',
  'flowise@3.1.4',
  'homebridge-config-ui-x@5.28.0',
  'iobroker.js-controller@7.2.3',
  'node-media-server@4.4.3',
  'oidc-provider@9.13.3',
  'pouchdb-server@4.2.0',
  'redis-commander@0.9.0',
  'serverless-offline@14.8.2',
  'tileserver-gl@5.6.0',
  'wildduck@1.46.1',
  'zone-mta@3.10.3',
];

/** For three rules alone, of which all findings were judged. */
const RULES = [
  '@evershop/evershop@2.2.1',
  '@jsreport/jsreport-core@4.11.2',
  'apostrophe@4.32.2',
  'cloudcmd@19.19.1',
  'ep_etherpad-lite@1.8.14',
  'ghost@6.65.0',
  'signalk-server@2.32.0',
];

/** Drawn from when the causes that the other three sets had shown were mended. */
const FRESH = [
  '@budibase/server@3.38.1',
  '@deepstream/server@7.0.2',
  '@devicefarmer/stf@3.7.9',
  '@mockoon/commons-server@9.9.0',
  '@soketi/soketi@1.6.1',
  'ftp-srv@4.6.3',
  'iobroker.admin@8.0.17',
  'laravel-echo-server@1.6.3',
  'maildev@3.0.0',
  'matterbridge@3.10.5',
  'nodecg@2.6.4',
  'openhim-core@4.0.5',
  'parse-dashboard@9.2.0',
  'postgraphile@5.1.5',
  'snyk-broker@5.22.14',
  'solid-server@6.0.0',
  'turborepo-remote-cache@2.12.0',
  'ungit@1.5.30',
  'webdav-server@2.6.3',
  'wetty@3.2.0',
  'whistle@2.10.10',
];

/** Looked at when those of the fourth were mended, too. */
const LAST = [
  '@appium/base-driver@10.8.1',
  '@backstage/backend-defaults@0.18.0',
  '@backstage/plugin-auth-backend@0.30.1',
  '@backstage/plugin-catalog-backend@4.0.0',
  '@backstage/plugin-scaffolder-backend@4.2.0',
  '@backstage/plugin-techdocs-backend@2.3.0',
  '@colyseus/core@0.18.17',
  '@keystone-6/core@8.1.0',
  '@node-red/nodes@5.0.7',
  '@novu/api@3.19.1',
  '@strapi/admin@5.54.0',
  '@strapi/upload@5.54.0',
  '@verdaccio/local-storage@10.5.0',
  '@verdaccio/store@9.0.0-next-9.31',
  'aedes@1.2.0',
  'bittorrent-tracker@11.2.3',
  'flood@4.16.2',
  'hubot@14.1.0',
  'karma@6.4.4',
  'matrix-bot-sdk@0.8.0',
  'moleculer@0.15.2',
  'n8n-core@2.41.1',
  'payload@3.90.2',
  'smtp-server@3.21.6',
];

/** Looked at after the mends of all others; no rule was mended with these in view. */
const UNTOUCHED = [
  '@apollo/server@5.5.1',
  '@hocuspocus/server@4.7.0',
  '@loopback/rest@15.0.16',
  '@medusajs/payment@2.21.2',
  '@nestjs/microservices@12.1.1',
  '@slack/bolt@5.1.0',
  '@strapi/plugin-users-permissions@5.54.0',
  '@unleash/proxy@1.4.19',
  '@vendure/asset-server-plugin@3.7.3',
  'moleculer-web@0.11.0',
  'mongodb-memory-server-core@11.3.0',
  'sails@1.5.18',
  'sharedb@7.0.0',
  'telegraf@4.16.3',
  'webtorrent@3.0.21',
];

/** @type {Record<string, string[]>} */
export const SETS = {
  seen: SEEN,
  unseen: UNSEEN,
  rules: RULES,
  fresh: FRESH,
  last: LAST,
  untouched: UNTOUCHED,
};

/** Where the packages lie. */
export const FOLDER = path.join(os.tmpdir(), 'looplens-study');

/** The folder of one package, fetched where it is not there yet. */
export function folderOf(spec) {
  const folder = path.join(FOLDER, spec.replace('/', '+'));
  if (!fs.existsSync(folder)) unpack(spec, folder);
  return folder;
}

function unpack(spec, folder) {
  const part = `${folder}.part`;
  fs.rmSync(part, { recursive: true, force: true });
  fs.mkdirSync(part, { recursive: true });
  const isWindows = process.platform === 'win32';
  execFileSync(isWindows ? 'npm.cmd' : 'npm', ['pack', '--silent', spec], {
    cwd: part,
    stdio: 'ignore',
    shell: isWindows,
  });
  const archive = fs.readdirSync(part).find((name) => name.endsWith('.tgz'));
  execFileSync('tar', ['-xzf', archive], { cwd: part });
  const root = path.join(part, 'package');
  // Compiled TypeScript is all that some packages have. Where the linter looks for sources, it leaves such folders out.
  for (const name of ['dist', 'build'])
    if (fs.existsSync(path.join(root, name)))
      fs.renameSync(path.join(root, name), path.join(root, `${name}-compiled`));
  // Some bring each file twice, for `require` and for `import`, or as it was written and compiled.
  for (const folder of ['build-compiled', 'dist-compiled']) {
    const [cjs, esm] = ['cjs', 'esm'].map((name) => path.join(root, folder, name));
    if (fs.existsSync(cjs) && fs.existsSync(esm)) fs.rmSync(cjs, { recursive: true });
    if (!fs.existsSync(path.join(root, 'src', 'index.ts'))) continue;
    fs.rmSync(path.join(root, folder), { recursive: true, force: true });
  }
  for (const name of fs.readdirSync(root, { recursive: true })) {
    const twin = path.join(root, name.replace(/\.mjs$/, '.js'));
    if (name.endsWith('.mjs') && fs.existsSync(twin)) fs.rmSync(path.join(root, name));
  }
  fs.renameSync(root, folder);
  fs.rmSync(part, { recursive: true, force: true });
}
