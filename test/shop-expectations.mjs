// What LoopLens must say about the example shop, and where it must be silent.
import fs from 'node:fs';
import path from 'node:path';

const SHOP = path.resolve(import.meta.dirname, '../examples/shop');

/** The planted problems: the finding stands on the line that holds `text`, so moving code does not break this list. */
const PROBLEMS = [
  {
    name: 'sync file read',
    rules: ['blocked-loop', 'sync-io-in-request'],
    cause: 'sync-fs',
    file: 'src/routes/shipping.js',
    text: 'fs.readFileSync(file',
    route: 'GET /shipping/:postcode',
  },
  {
    name: 'heavy JSON',
    rules: ['blocked-loop'],
    cause: 'json',
    file: 'src/routes/catalogue-export.js',
    text: 'JSON.parse(JSON.stringify(catalogue))',
    route: 'GET /resellers/catalogue',
  },
  {
    name: 'slow regexp',
    rules: ['blocked-loop'],
    cause: 'regexp',
    file: 'src/routes/newsletter.js',
    text: 'EMAIL.test(email)',
    route: 'POST /newsletter',
  },
  {
    name: 'blocking hash',
    rules: ['blocked-loop', 'sync-io-in-request'],
    cause: 'sync-crypto',
    file: 'src/passwords.js',
    text: 'crypto.pbkdf2Sync(',
    route: 'POST /login',
  },
  {
    name: 'quadratic report in TypeScript',
    rules: ['blocked-loop'],
    cause: 'javascript',
    file: 'src/reports/sales.ts',
    text: 'orders.filter(',
    route: 'GET /reports/sales',
  },
  {
    name: 'serial awaits',
    rules: ['serial-awaits'],
    file: 'src/routes/dashboard.js',
    text: 'await getStock(shop)',
    route: 'GET /dashboard',
  },
  {
    name: 'never settled',
    rules: ['never-settled'],
    file: 'src/routes/invoices.js',
    text: 'await turns.enter(order.id)',
    route: 'GET /invoices/:id',
  },
  {
    name: 'unhandled rejection',
    rules: ['unhandled-rejection'],
    file: 'src/partners/moderation.js',
    text: 'throw new Error(',
  },
];

/** `{ name, rules, cause?, file, line, route? }`: `file` absolute, `line` from 1; any one of `rules` will do. */
export const expectedFindings = PROBLEMS.map(({ text, ...problem }) => ({
  ...problem,
  file: path.join(SHOP, problem.file),
  line: lineOf(path.join(SHOP, problem.file), text),
}));

/** Lines that belong to a planted problem and may be told, too: nobody handles that rejection because nobody awaits the call. */
export const relatedLines = [{ file: 'src/routes/reviews.js', text: 'publishWhenApproved(id, review);' }].map(
  ({ file, text }) => ({ file: path.join(SHOP, file), line: lineOf(path.join(SHOP, file), text) }),
);

/** Routes without a fault of their own: no finding may name them. */
export const healthyRoutes = [
  'GET /',
  'GET /health',
  'GET /products',
  'GET /products/:id',
  'GET /products.csv',
  'POST /orders',
];

/** Files whose every line is innocent: no finding may stand in them. */
export const healthyFiles = [
  'server.js',
  'src/app.js',
  'src/live.js',
  'src/random.js',
  'src/routes/health.js',
  'src/routes/home.js',
  'src/routes/products.js',
  'src/routes/orders.js',
  'src/routes/accounts.js',
  'src/partners/warehouse.js',
  'src/partners/carrier.js',
  'src/partners/bank.js',
].map((file) => path.join(SHOP, file));

function lineOf(file, text) {
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  const found = lines.flatMap((line, index) => (line.includes(text) ? [index + 1] : []));
  if (found.length !== 1) throw new Error(`${file}: "${text}" stands on ${found.length} lines, not on one.`);
  return found[0];
}
