/** What resellers pay of the price in the shop. */
const RESELLER_SHARE = 0.72;
const PAGE = 50;

export async function catalogueExport(app, { shop }) {
  app.get('/resellers/catalogue', async (request) => {
    const products = forResellers(shop.database.catalogue);
    const page = Number(request.query.page ?? 1);
    return { total: products.length, products: products.slice((page - 1) * PAGE, page * PAGE) };
  });
}

/** Resellers see their own prices. The catalogue is shared by all requests, so they get a copy of it. */
function forResellers(catalogue) {
  const copy = JSON.parse(JSON.stringify(catalogue));
  for (const product of copy) product.cents = Math.round(product.cents * RESELLER_SHARE);
  return copy;
}
