import type { FamilyOptions } from '../source/blocking-rule.ts';
import { BLOCKING_MESSAGES, BREADTH_OPTIONS, casesOf, checkBlockingCalls } from '../source/blocking-rule.ts';
import { defineRule } from '../source/define-rule.ts';

/** Waiting for another process while everything else stands still. */
export default defineRule<FamilyOptions>({
  name: 'no-sync-child-process',
  description: 'Report waiting synchronously for another process',
  messages: BLOCKING_MESSAGES,
  options: BREADTH_OPTIONS,
  defaults: { breadth: 'async', events: 'often' },
  create: (tools) =>
    checkBlockingCalls(tools, {
      families: ['child-process'],
      cases: casesOf(tools.options.breadth),
      events: tools.options.events,
      ...(tools.options.breadth !== 'any' && { startUpNames: 'ignore' }),
    }),
});
