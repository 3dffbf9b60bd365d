import { nextPayout } from '../partners/bank.js';
import { openShipments } from '../partners/carrier.js';
import { stockLevels } from '../partners/warehouse.js';

export async function dashboard(app, { shop }) {
  app.get('/dashboard', async () => {
    const stock = await stockLevels(shop);
    const shipments = await openShipments(shop);
    const payout = await nextPayout(shop);
    return { stock, shipments, payout, reviewsToRead: shop.database.pendingReviews() };
  });
}
