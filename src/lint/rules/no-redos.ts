import { defineRule } from '../source/define-rule.ts';
import { slowRegexps } from '../source/regexps.ts';
import { regexpReport } from '../source/regexp-report.ts';

/** Regular expressions that take exponential time: some forty characters hold the loop for minutes. */
export default defineRule({
  name: 'no-redos',
  description: 'Report regular expressions that take exponential time on some input',
  messages: {
    same: 'Use {{fixed}}, which matches the same.',
    client:
      'A client decides what this is used on, and {{regexp}} takes exponential time on input like {{attack}}: some forty characters hold the event loop for minutes. Make its repeated parts unambiguous, or limit the length of the input.{{checked}}',
    slow: '{{regexp}} takes exponential time on input like {{attack}}. Make its repeated parts unambiguous.{{checked}}',
  },
  defaults: {},
  create({ analysis, report }) {
    return {
      'Program:exit'() {
        for (const slow of slowRegexps(analysis)) {
          const found = slow.growth === 'exponential' && regexpReport(slow, analysis);
          if (found) report(found);
        }
      },
    };
  },
});
