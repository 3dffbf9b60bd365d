import { BLOCKING_MESSAGES, checkBlockingCalls } from '../source/blocking-rule.ts';
import { defineRule } from '../source/define-rule.ts';

/** Synchronous file functions that a request, message, stream or timer reaches; the message shows the path. */
export default defineRule({
  name: 'no-sync-in-handler',
  description: 'Report synchronous file functions reachable from a handler, with the path that leads there',
  messages: { served: BLOCKING_MESSAGES.served, useAsync: BLOCKING_MESSAGES.useAsync },
  defaults: {},
  create: (tools) => checkBlockingCalls(tools, { families: ['fs'], cases: ['served'], tolerable: true }),
});
