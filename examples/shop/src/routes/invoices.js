import path from 'node:path';
import { Eta } from 'eta';
import { SingleFile } from '../single-file.js';

export async function invoices(app, { shop }) {
  const eta = new Eta({ views: path.join(import.meta.dirname, '../../views'), cache: true });
  const rendered = new Map();
  const turns = new SingleFile();

  app.get('/invoices/:id', async (request, reply) => {
    const order = shop.database.order(Number(request.params.id));
    if (!order) return reply.code(404).send({ error: 'no such order' });
    reply.type('text/html');
    return invoice(order);
  });

  /** Renders each invoice once, however many ask for it at the same time. */
  async function invoice(order) {
    const done = await turns.enter(order.id);
    const known = rendered.get(order.id);
    if (known) return known;

    const page = await eta.renderAsync('invoice', {
      order,
      product: shop.database.product(order.productId),
      customer: shop.database.customer(order.email),
    });
    rendered.set(order.id, page);
    done();
    return page;
  }
}
