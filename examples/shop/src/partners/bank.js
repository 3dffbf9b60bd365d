import { ask } from './partner.js';

/** What the card company will pay out next. */
export async function getNextPayout(shop) {
  return (await ask(shop, '/bank/payout')).answer;
}
