import { BLOCKING_MESSAGES, BREADTH_OPTIONS, checkBlockingCalls } from '../source/blocking-rule.ts';
import type { HowOften } from '../source/comes-often.ts';
import { defineRule } from '../source/define-rule.ts';

/** Synchronous file functions that a request, message, stream or timer reaches; the message shows the path. */
export default defineRule<{ events: HowOften }>({
  name: 'no-sync-in-handler',
  description: 'Report synchronous file functions reachable from a handler, with the path that leads there',
  messages: { served: BLOCKING_MESSAGES.served, useAsync: BLOCKING_MESSAGES.useAsync },
  options: { events: BREADTH_OPTIONS.events },
  defaults: { events: 'often' },
  create: (tools) =>
    checkBlockingCalls(tools, {
      families: ['fs'],
      cases: ['served'],
      events: tools.options.events,
      tolerable: true,
    }),
});
