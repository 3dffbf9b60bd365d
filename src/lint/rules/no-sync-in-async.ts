import { BLOCKING_MESSAGES, checkBlockingCalls } from '../source/blocking-rule.ts';
import { defineRule } from '../source/define-rule.ts';

/** Synchronous file functions in async functions, where awaiting would cost nothing. */
export default defineRule({
  name: 'no-sync-in-async',
  description: 'Report synchronous file functions inside async functions',
  messages: { async: BLOCKING_MESSAGES.async, useAsync: BLOCKING_MESSAGES.useAsync },
  defaults: {},
  create: (tools) => checkBlockingCalls(tools, { families: ['fs'], cases: ['async'] }),
});
