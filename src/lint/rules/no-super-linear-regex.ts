import { defineRule } from '../source/define-rule.ts';
import { slowRegexps } from '../source/regexps.ts';
import { regexpReport } from '../source/regexp-report.ts';

/** Regular expressions that take polynomial time: harmless on short input, seconds on a long one. */
export default defineRule<{ inputs: 'request' | 'any' }>({
  name: 'no-super-linear-regex',
  description: 'Report regular expressions that take quadratic time or worse on some input',
  messages: {
    same: 'Use {{fixed}}, which matches the same.',
    client:
      'A client decides what this is used on, and {{regexp}} takes {{time}} on input like {{attack}}: a hundred thousand characters hold the event loop for seconds. Make its repeated parts unambiguous, or limit the length of the input.{{checked}}',
    slow: '{{regexp}} takes {{time}} on input like {{attack}}. Make its repeated parts unambiguous, or limit the length of the input.{{checked}}',
  },
  options: { inputs: { enum: ['request', 'any'] } },
  defaults: { inputs: 'any' },
  create({ analysis, options, report }) {
    return {
      'Program:exit'() {
        for (const slow of slowRegexps(analysis)) {
          const found = slow.growth === 'polynomial' && regexpReport(slow, analysis, options.inputs);
          if (found) report(found);
        }
      },
    };
  },
});
