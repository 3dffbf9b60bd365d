import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';

/** What each service answers, and after how many milliseconds. */
const SERVICES = {
  'GET /warehouse/stock': { ms: 30, reply: () => [200, { north: 1840, south: 960 }] },
  'POST /warehouse/reservations': {
    ms: 8,
    reply: ({ productId }) => [200, { shelf: `N-${productId % 90}` }],
  },
  'GET /carrier/shipments': { ms: 40, reply: () => [200, { open: 212, late: 9 }] },
  'GET /bank/payout': { ms: 25, reply: () => [200, { cents: 1892140, day: 'Friday' }] },
  'POST /moderation/reviews': {
    ms: 15,
    reply: ({ body }) =>
      /https?:/.test(body) ? [422, { reason: 'it has links' }] : [200, { verdict: 'fine' }],
  },
};

const server = http.createServer(async (request, response) => {
  const service = SERVICES[`${request.method} ${request.url}`];
  if (!service) return response.writeHead(404).end();
  let text = '';
  for await (const chunk of request) text += chunk;
  await sleep(service.ms);
  const [status, answer] = service.reply(text ? JSON.parse(text) : undefined);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
});

server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
