import fs from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { reserve } from '../partners/warehouse.js';

const Order = v.object({
  email: v.pipe(v.string(), v.maxLength(80)),
  productId: v.pipe(v.number(), v.integer()),
  quantity: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20)),
});

export async function orders(app, { shop }) {
  app.post('/orders', async (request, reply) => {
    const input = v.safeParse(Order, request.body);
    if (!input.success) return reply.code(400).send({ error: input.issues[0].message });
    const product = shop.database.product(input.output.productId);
    if (!product) return reply.code(404).send({ error: 'no such product' });

    const { shelf } = await reserve(shop, product.id, input.output.quantity);
    const order = shop.database.addOrder({
      ...input.output,
      cents: product.cents * input.output.quantity,
      placedAt: Date.now(),
    });
    await fs.writeFile(path.join(shop.data.slips, `${order.id}.txt`), `${order.quantity} from ${shelf}\n`);
    shop.announce?.(order);
    return reply.code(201).send(order);
  });
}
