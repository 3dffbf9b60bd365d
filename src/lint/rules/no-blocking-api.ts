import type { FamilyOptions } from '../source/blocking-rule.ts';
import { BLOCKING_MESSAGES, BREADTH_OPTIONS, casesOf, checkBlockingCalls } from '../source/blocking-rule.ts';
import { defineRule } from '../source/define-rule.ts';

/** Functions of packages and globals that are known to block: a table by import, never by the name's look. */
export default defineRule<FamilyOptions & { tolerated: 'ignore' | 'report' }>({
  name: 'no-blocking-api',
  description: 'Report functions of packages that are known to block the event loop',
  messages: BLOCKING_MESSAGES,
  options: { ...BREADTH_OPTIONS, tolerated: { enum: ['ignore', 'report'] } },
  defaults: { breadth: 'async', events: 'often', tolerated: 'ignore' },
  create: (tools) =>
    checkBlockingCalls(tools, {
      families: ['library'],
      cases: casesOf(tools.options.breadth),
      events: tools.options.events,
      ...(tools.options.breadth !== 'any' && { startUpNames: 'ignore' }),
      tolerable: tools.options.tolerated === 'report',
    }),
});
