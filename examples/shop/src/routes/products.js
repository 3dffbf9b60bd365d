import { Readable } from 'node:stream';
import { setImmediate as breathe } from 'node:timers/promises';
import { marked } from 'marked';
import * as v from 'valibot';

const PAGE = 24;
const EXPORT_PAGE = 100;

const Query = v.object({
  page: v.optional(v.pipe(v.string(), v.transform(Number), v.integer(), v.minValue(1)), '1'),
});

export async function products(app, { shop }) {
  app.get('/products', async (request, reply) => {
    const query = v.safeParse(Query, request.query);
    if (!query.success) return reply.code(400).send({ error: 'page must be a whole number from 1 on' });
    const { page } = query.output;
    return { page, products: shop.database.page(PAGE, (page - 1) * PAGE) };
  });

  app.get('/products/:id', async (request, reply) => {
    const product = shop.database.product(Number(request.params.id));
    if (!product) return reply.code(404).send({ error: 'no such product' });
    return { ...product, description: marked.parse(product.description) };
  });

  app.get('/products.csv', async (request, reply) => {
    reply.type('text/csv');
    return Readable.from(csv(shop.database));
  });
}

/** The whole catalogue a page at a time, with a breath between pages in which other requests are served. */
async function* csv(database) {
  yield 'id,name,origin,kind,price\n';
  for (let offset = 0; ; offset += EXPORT_PAGE) {
    const rows = database.page(EXPORT_PAGE, offset);
    if (rows.length === 0) return;
    yield rows.map((p) => `${p.id},${p.name},${p.origin},${p.kind},${(p.cents / 100).toFixed(2)}\n`).join('');
    await breathe();
  }
}
