import os from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { buildApp } from './src/app.js';
import { openDatabase } from './src/database.js';
import { openDataFolder } from './src/data-folder.js';
import { attachLiveFeed } from './src/live.js';
import { startSandbox } from './src/partners/sandbox.js';

const HOST = process.env.HOST ?? '127.0.0.1';
const PORT = Number(process.env.PORT ?? 3000);
const DATA = path.resolve(process.env.SHOP_DATA ?? path.join(os.tmpdir(), 'shop-data'));

const log = pino({ level: process.env.LOG_LEVEL ?? 'info' }, pino.destination({ dest: 1, sync: false }));

// The shop stays open when a background job fails: whoever started the job is told by the log.
process.on('unhandledRejection', (reason) => log.error({ err: reason }, 'unhandled rejection'));

const partners = process.env.PARTNERS_URL ?? (await startSandbox());
const shop = { database: openDatabase(), data: await openDataFolder(DATA), partners, log };
const app = await buildApp(shop);
const feed = attachLiveFeed(app.server);
shop.announce = feed.announce;

await app.listen({ host: HOST, port: PORT });
const { port } = app.server.address();
log.flush();
console.log(`shop listening on http://${HOST}:${port} (pid ${process.pid})`);

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0));
