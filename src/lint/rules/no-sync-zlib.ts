import type { FamilyOptions } from '../source/blocking-rule.ts';
import { BLOCKING_MESSAGES, BREADTH_OPTIONS, casesOf, checkBlockingCalls } from '../source/blocking-rule.ts';
import { defineRule } from '../source/define-rule.ts';

/** Compression and decompression that compute on the event loop's thread. */
export default defineRule<FamilyOptions>({
  name: 'no-sync-zlib',
  description: 'Report synchronous compression and decompression',
  messages: BLOCKING_MESSAGES,
  options: BREADTH_OPTIONS,
  defaults: { breadth: 'async', events: 'often' },
  create: (tools) =>
    checkBlockingCalls(tools, {
      families: ['zlib'],
      cases: casesOf(tools.options.breadth),
      events: tools.options.events,
      ...(tools.options.breadth !== 'any' && { startUpNames: 'ignore' }),
    }),
});
