import { defineRule } from '../source/define-rule.ts';
import { slowRegexps } from '../source/regexps.ts';
import { regexpReport } from '../source/regexp-report.ts';

/** Regular expressions that take polynomial time: harmless on short input, seconds on a long one. */
export default defineRule({
  name: 'no-super-linear-regex',
  description: 'Report regular expressions that take quadratic time or worse on some input',
  messages: {
    same: 'Use {{fixed}}, which matches the same.',
    slow: '{{regexp}} takes quadratic time or worse on input like {{attack}}. Make its repeated parts unambiguous, or limit the length of the input.',
  },
  defaults: {},
  create({ analysis, report }) {
    return {
      'Program:exit'() {
        for (const slow of slowRegexps(analysis)) {
          if (slow.growth === 'polynomial') report(regexpReport(slow, analysis));
        }
      },
    };
  },
});
