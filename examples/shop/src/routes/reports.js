import { salesByCustomer } from '../../dist/reports/sales.js';

export async function reports(app, { shop }) {
  app.get('/reports/sales', async () => {
    const { customers, orders } = shop.database;
    return salesByCustomer(customers, orders);
  });
}
