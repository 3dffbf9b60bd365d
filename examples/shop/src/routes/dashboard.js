import { getNextPayout } from '../partners/bank.js';
import { getOpenShipments } from '../partners/carrier.js';
import { getStock } from '../partners/warehouse.js';

export async function dashboard(app, { shop }) {
  app.get('/dashboard', async () => {
    const stock = await getStock(shop);
    const shipments = await getOpenShipments(shop);
    const payout = await getNextPayout(shop);
    return { stock, shipments, payout, reviewsToRead: shop.database.pendingReviews() };
  });
}
