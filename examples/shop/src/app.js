import path from 'node:path';
import fastify from 'fastify';
import statics from '@fastify/static';
import { accounts } from './routes/accounts.js';
import { catalogueExport } from './routes/catalogue-export.js';
import { dashboard } from './routes/dashboard.js';
import { health } from './routes/health.js';
import { home } from './routes/home.js';
import { invoices } from './routes/invoices.js';
import { newsletter } from './routes/newsletter.js';
import { orders } from './routes/orders.js';
import { products } from './routes/products.js';
import { reports } from './routes/reports.js';
import { reviews } from './routes/reviews.js';
import { shipping } from './routes/shipping.js';

/** The HTTP side of the shop: one plugin per area. `shop` is what they share: database, files, partners, log. */
export async function buildApp(shop) {
  // A line per request would drown the few that matter.
  const loggerInstance = shop.log.child({}, { level: 'warn' });
  const app = fastify({ loggerInstance, forceCloseConnections: true });
  await app.register(statics, { root: path.join(import.meta.dirname, '../public'), wildcard: false });
  for (const area of [
    home,
    health,
    products,
    catalogueExport,
    orders,
    invoices,
    shipping,
    accounts,
    newsletter,
    reviews,
    dashboard,
    reports,
  ]) {
    await app.register(area, { shop });
  }
  return app;
}
