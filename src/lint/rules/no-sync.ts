import { BLOCKING_MESSAGES, checkBlockingCalls } from '../source/blocking-rule.ts';
import { defineRule } from '../source/define-rule.ts';

/** Synchronous file functions in functions of which it is not known who calls them; start-up code is left alone. */
export default defineRule({
  name: 'no-sync',
  description: 'Report synchronous file functions outside start-up code',
  messages: { plain: BLOCKING_MESSAGES.plain },
  defaults: {},
  create: (tools) => checkBlockingCalls(tools, { families: ['fs'], cases: ['plain'], tolerable: true }),
});
