import type { Breadth } from '../source/blocking-rule.ts';
import { BLOCKING_MESSAGES, BREADTH_OPTIONS, casesOf, checkBlockingCalls } from '../source/blocking-rule.ts';
import { defineRule } from '../source/define-rule.ts';

/** Functions of packages and globals that are known to block: a table by import, never by the name's look. */
export default defineRule<{ breadth: Breadth; tolerated: 'ignore' | 'report' }>({
  name: 'no-blocking-api',
  description: 'Report functions of packages that are known to block the event loop',
  messages: BLOCKING_MESSAGES,
  options: { ...BREADTH_OPTIONS, tolerated: { enum: ['ignore', 'report'] } },
  defaults: { breadth: 'async', tolerated: 'ignore' },
  create: (tools) =>
    checkBlockingCalls(tools, {
      families: ['library'],
      cases: casesOf(tools.options.breadth),
      tolerable: tools.options.tolerated === 'report',
    }),
});
