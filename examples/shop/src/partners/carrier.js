import { ask } from './partner.js';

/** Parcels that have left and not arrived. */
export async function getOpenShipments(shop) {
  return (await ask(shop, '/carrier/shipments')).answer;
}
