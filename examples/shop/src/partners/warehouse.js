import { ask } from './partner.js';

/** How many bags lie in each hall. */
export async function getStock(shop) {
  return (await ask(shop, '/warehouse/stock')).answer;
}

/** Sets goods aside for an order. */
export async function reserve(shop, productId, quantity) {
  return (await ask(shop, '/warehouse/reservations', { productId, quantity })).answer;
}
