import type { FamilyOptions } from '../source/blocking-rule.ts';
import { BLOCKING_MESSAGES, BREADTH_OPTIONS, casesOf, checkBlockingCalls } from '../source/blocking-rule.ts';
import { defineRule } from '../source/define-rule.ts';

/** Key derivation, key generation and password hashing that compute on the event loop's thread. */
export default defineRule<FamilyOptions>({
  name: 'no-sync-crypto',
  description: 'Report key derivation, key generation and password hashing on the event loop',
  messages: BLOCKING_MESSAGES,
  options: BREADTH_OPTIONS,
  defaults: { breadth: 'async', events: 'any' },
  create: (tools) =>
    checkBlockingCalls(tools, {
      families: ['crypto'],
      cases: casesOf(tools.options.breadth),
      events: tools.options.events,
    }),
});
