import path from 'node:path';
import { Eta } from 'eta';

export async function home(app, { shop }) {
  const eta = new Eta({ views: path.join(import.meta.dirname, '../../views'), cache: true });

  app.get('/', async (request, reply) => {
    reply.type('text/html');
    return eta.render('home', { products: shop.database.page(12, 0) });
  });
}
