import { ask } from './partner.js';

/** Has a review read by the moderators' service; throws when they refuse it. */
export async function moderate(shop, review) {
  const { status, answer } = await ask(shop, '/moderation/reviews', review);
  if (status !== 200) throw new Error(`The moderators refused a review: ${answer.reason}`);
  return answer;
}
