// Visitors for the shop, at a modest, steady rate on every route, until they are told to stop.
//   node examples/load.mjs http://127.0.0.1:3000 [SECONDS]
// Ends after SECONDS, at a message `stop` from the parent process, or when the parent is gone.
import autocannon from 'autocannon';
import { createRequire } from 'node:module';

const { WebSocket } = createRequire(new URL('shop/package.json', import.meta.url))('ws');

const MANY_SECONDS = 3600;
const FIRST_ORDER_FOR_INVOICES = 1 + Math.floor(Math.random() * 6000);
const WORDS_IN_FRONT_OF_THE_AT = ['maximilian.mustermann.trier', 'friederike.sonnenschein.ulm'];

const json = (body) => ({
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});

/** Each route: requests a second, what is asked for, and how long a visitor waits for an answer. */
const VISITS = [
  { perSecond: 20, paths: cycle(40, (i) => `/products?page=${1 + i}`), connections: 4 },
  { perSecond: 30, paths: cycle(200, (i) => `/products/${1 + i * 13}`), connections: 4 },
  { perSecond: 10, paths: ['/health'] },
  { perSecond: 10, paths: ['/'] },
  { perSecond: 20, paths: ['/images/oolong.svg', '/images/espresso.svg', '/shop.css'], connections: 2 },
  { perSecond: 1, paths: ['/products.csv'] },
  {
    perSecond: 10,
    method: 'POST',
    paths: ['/orders'],
    connections: 2,
    ...json({ email: 'customer7@example.org', productId: 17, quantity: 2 }),
  },
  { perSecond: 3, paths: cycle(90, (i) => `/shipping/${110000 + i * 5003}`) },
  { perSecond: 3, paths: cycle(20, (i) => `/resellers/catalogue?page=${1 + i}`) },
  {
    perSecond: 3,
    method: 'POST',
    paths: ['/newsletter'],
    bodies: WORDS_IN_FRONT_OF_THE_AT.map((email) => json({ email })),
  },
  { perSecond: 10, paths: ['/dashboard'], connections: 3 },
  // Most look at an invoice once or twice; some come back a third time.
  {
    perSecond: 6,
    paths: cycle(900, (i) => `/invoices/${FIRST_ORDER_FOR_INVOICES + Math.floor(i / 3)}`),
    connections: 4,
    patienceSeconds: 2,
  },
  {
    perSecond: 3,
    method: 'POST',
    paths: ['/login'],
    ...json({ email: 'customer3@example.org', password: 'coffee' }),
  },
  {
    perSecond: 4,
    method: 'POST',
    paths: ['/products/17/reviews'],
    bodies: [
      json({ author: 'Ada', body: 'Fresh, and it came quickly.' }),
      json({ author: 'Bo', body: 'Cheaper at https://tea.example' }),
    ],
  },
  { perSecond: 3, paths: ['/reports/sales'] },
];

const [url = 'http://127.0.0.1:3000', seconds = MANY_SECONDS] = process.argv.slice(2);
const visitors = VISITS.map((visit, index) => ({ visit, delayMs: (index * 1000) / VISITS.length }));

const watcher = new WebSocket(`${url.replace('http', 'ws')}/live`);
watcher.on('error', () => undefined);

// autocannon sends what is due in a second at its beginning: the routes begin one after the other.
const running = await Promise.all(
  visitors.map(async ({ visit, delayMs }) => {
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    return send(visit);
  }),
);

process.on('message', (message) => message === 'stop' && stop());
process.on('disconnect', stop);
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
setTimeout(stop, Number(seconds) * 1000);
process.send?.('running');

function stop() {
  watcher.terminate();
  for (const end of running) end();
  process.exit(0);
}

/** Starts one route's visitors and returns what stops them. */
function send({
  perSecond,
  method = 'GET',
  paths,
  bodies = [{}],
  connections = 1,
  patienceSeconds = 10,
  ...rest
}) {
  let turn = 0;
  const next = (request) => {
    const at = turn++;
    return { ...request, ...rest, ...bodies[at % bodies.length], path: paths[at % paths.length] };
  };
  const instance = autocannon({
    url,
    connections,
    overallRate: perSecond,
    duration: MANY_SECONDS,
    timeout: patienceSeconds,
    requests: [{ method, setupRequest: next }],
  });
  instance.on('error', () => undefined);
  return () => instance.stop();
}

function cycle(length, at) {
  return Array.from({ length }, (_, index) => at(index));
}
