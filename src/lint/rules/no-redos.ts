import type { Analysis } from '../source/analysis.ts';
import { enclosingFunction } from '../source/ast.ts';
import { beginsByName } from '../source/begins-by-name.ts';
import { defineRule } from '../source/define-rule.ts';
import { slowRegexps, type SlowRegexp } from '../source/regexps.ts';
import { regexpReport } from '../source/regexp-report.ts';

/** Regular expressions that take exponential time: some forty characters hold the loop for minutes. */
export default defineRule<{ startUp: 'ignore' | 'report' }>({
  name: 'no-redos',
  description: 'Report regular expressions that take exponential time on some input',
  messages: {
    same: 'Use {{fixed}}, which matches the same.',
    client:
      'A client decides what this is used on, and {{regexp}} takes exponential time on input like {{attack}}: some forty characters hold the event loop for minutes. Make its repeated parts unambiguous, or limit the length of the input.{{checked}}',
    slow: '{{regexp}} takes exponential time on input like {{attack}}. Make its repeated parts unambiguous.{{checked}}',
  },
  options: { startUp: { enum: ['ignore', 'report'] } },
  defaults: { startUp: 'ignore' },
  create({ analysis, options, report }) {
    return {
      'Program:exit'() {
        for (const slow of slowRegexps(analysis)) {
          const found = slow.growth === 'exponential' && regexpReport(slow, analysis);
          if (found && (options.startUp === 'report' || !isOfStartUp(slow, analysis))) report(found);
        }
      },
    };
  },
});

/** All that uses it runs when the program begins: it is given what the program's own files say. */
function isOfStartUp({ node, uses }: SlowRegexp, analysis: Analysis): boolean {
  const places = uses.length > 0 ? uses : [node];
  return places.every(
    (place) =>
      enclosingFunction(place) !== undefined &&
      (analysis.reach.when(place).kind === 'start-up' || beginsByName(place, analysis)),
  );
}
