import { BLOCKING_MESSAGES, checkBlockingCalls } from '../source/blocking-rule.ts';
import { defineRule } from '../source/define-rule.ts';

/** Synchronous file functions in async functions, where awaiting would cost nothing. */
export default defineRule<{ lookUps: 'ignore' | 'report' }>({
  name: 'no-sync-in-async',
  description: 'Report synchronous file functions inside async functions',
  messages: { async: BLOCKING_MESSAGES.async, useAsync: BLOCKING_MESSAGES.useAsync },
  options: { lookUps: { enum: ['ignore', 'report'] } },
  defaults: { lookUps: 'ignore' },
  create: (tools) =>
    checkBlockingCalls(tools, {
      families: ['fs'],
      cases: ['async'],
      tolerable: tools.options.lookUps === 'report',
      ...(tools.options.lookUps === 'ignore' && { startUpNames: 'ignore' }),
    }),
});
