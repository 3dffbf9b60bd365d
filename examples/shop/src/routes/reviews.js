import * as v from 'valibot';
import { moderate } from '../partners/moderation.js';

const Review = v.object({
  author: v.pipe(v.string(), v.minLength(1), v.maxLength(40)),
  body: v.pipe(v.string(), v.minLength(1), v.maxLength(2000)),
});

export async function reviews(app, { shop }) {
  app.post('/products/:id/reviews', async (request, reply) => {
    const input = v.safeParse(Review, request.body);
    if (!input.success) return reply.code(400).send({ error: input.issues[0].message });

    const review = { productId: Number(request.params.id), ...input.output };
    const id = shop.database.addReview(review);
    // The visitor need not wait for the moderators: their verdict arrives later.
    publishWhenApproved(id, review);
    return reply.code(202).send({ id });
  });

  async function publishWhenApproved(id, review) {
    await moderate(shop, review);
    shop.database.approveReview(id);
  }
}
