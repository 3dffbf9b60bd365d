import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { RuleTools } from '../source/define-rule.ts';
import { beginsByName } from '../source/begins-by-name.ts';
import { isNowAndThen } from '../source/comes-often.ts';
import { isOrderedOnPurpose } from '../source/on-purpose.ts';
import { defineRule } from '../source/define-rule.ts';
import type { AwaitRun } from '../source/awaits.ts';
import { independentAwaits } from '../source/awaits.ts';
import { locationOf } from '../source/ast.ts';

/** Awaits one after another of which none needs an earlier result, and whose order does not count. */
export default defineRule<{ certainty: 'read' | 'any' }>({
  name: 'prefer-parallel-awaits',
  description: 'Report consecutive awaits that could wait together',
  messages: {
    serial:
      '{{count}} awaits wait one after another (lines {{lines}}), though none needs an earlier result. Await them together with Promise.all.',
    together: 'Await them together with Promise.all.',
  },
  options: { certainty: { enum: ['read', 'any'] } },
  defaults: { certainty: 'read' },
  where: 'option',
  create(tools) {
    const { analysis, options } = tools;
    return {
      'Program:exit'() {
        for (const run of independentAwaits(analysis)) {
          const when = analysis.reach.when(run.awaits[0]!);
          if (when.kind === 'start-up') continue;
          if (options.certainty === 'read' && (isDoneOnce(run, analysis) || isNowAndThen(when))) continue;
          // Names that say nothing: in what serves, a result that is kept was most likely asked for.
          const isLikely = run.certainty === 'read' || (when.kind === 'served' && run.kept);
          if (options.certainty === 'read' && (!isLikely || isOrderedOnPurpose(run.awaits[1]!, analysis)))
            continue;
          reportRun(run, tools);
        }
      },
    };
  },
});

/** A command waits once, and so does what begins a program. */
const isDoneOnce = (run: AwaitRun, analysis: Analysis): boolean =>
  analysis.kind === 'command' || beginsByName(run.awaits[0]!, analysis);

function reportRun(run: AwaitRun, tools: RuleTools<unknown>): void {
  const [first, ...others] = run.awaits;
  const when = tools.analysis.reach.when(first!);
  tools.report({
    at: first!,
    messageId: 'serial',
    data: {
      count: String(run.awaits.length),
      lines: [...new Set(run.awaits.map((one) => one.loc.start.line))].join(', '),
    },
    detail: {
      confidence: run.certainty === 'read' ? 'likely' : 'possible',
      chain: when.kind === 'served' ? when.chain : [],
      related: others.map((one) => ({
        message: 'waits for the one before it',
        location: locationOf(one, tools.analysis.file),
      })),
    },
    suggest: suggestAll(run, tools),
  });
}

/** Only for declarations side by side: `const [a, b] = await Promise.all([f(), g()]);` */
function suggestAll(
  run: AwaitRun,
  { context }: RuleTools<unknown>,
): TSESLint.SuggestionReportDescriptor<string>[] {
  const declarations = run.adjacent;
  if (!declarations) return [];
  const code = context.sourceCode;
  const targets = declarations.map((declaration) => declaration.declarations[0].id);
  const start = declarations[0]!.range[0];
  const end = declarations.at(-1)!.range[1];
  const hasComments = code
    .getAllComments()
    .some((comment) => comment.range[0] >= start && comment.range[1] <= end);
  if (hasComments || targets.some(isTyped)) return [];
  const names = targets.map((target) => code.getText(target)).join(', ');
  const calls = run.awaits.map((one) => code.getText(one.argument)).join(', ');
  return [
    {
      messageId: 'together',
      data: {},
      fix: (fixer) =>
        fixer.replaceTextRange([start, end], `const [${names}] = await Promise.all([${calls}]);`),
    },
  ];
}

const isTyped = (target: TSESTree.BindingName): boolean => target.typeAnnotation !== undefined;
