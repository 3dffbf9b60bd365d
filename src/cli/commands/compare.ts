import path from 'node:path';
import type { Comparison } from '../../model/comparison.ts';
import type { Severity } from '../../model/finding.ts';
import type { Outcome } from '../../model/problem.ts';
import { comparisonJson } from '../../report/compare-json.ts';
import { comparisonMarkdown } from '../../report/compare-markdown.ts';
import { comparisonText } from '../../report/compare-text.ts';
import { exitOf } from '../exit.ts';
import type { Face } from '../face.ts';
import {
  failOnOption,
  formatOption,
  logOf,
  refuseCommand,
  type CommandParts,
  type CommonOptions,
  type FailOnOptions,
} from './shared.ts';

interface CompareCommandOptions extends CommonOptions, FailOnOptions {
  format: 'text' | 'json' | 'markdown';
}

/** `looplens compare BASE HEAD` */
export function addCompare(parts: CommandParts): void {
  const { program, face, jobs, answer } = parts;
  program
    .command('compare')
    .description('print what got better or worse from one recording to another')
    .argument('<base>', 'the recording before, a .looplens file')
    .argument('<head>', 'the recording after')
    .addOption(formatOption(['text', 'json', 'markdown']))
    .addOption(failOnOption())
    .addHelpText('after', HELP)
    .action(async (base: string, head: string, options: CompareCommandOptions) => {
      refuseCommand(parts, 'compare');
      const log = logOf(options, (text) => face.stderr.write(text));
      const files = [base, head].map((file) => path.resolve(face.cwd, file)) as [string, string];
      const outcome = await jobs.compareFiles(...files, { log });
      face.stdout.write(format(outcome, options.format, face));
      answer.code = exitOf(regressions(outcome.value), outcome.problems, options.failOn);
    });
}

function format(
  { value, problems }: Outcome<Comparison>,
  to: CompareCommandOptions['format'],
  face: Face,
): string {
  switch (to) {
    case 'json':
      return comparisonJson(value, problems, face.cwd);
    case 'markdown':
      return comparisonMarkdown(value, problems, face.cwd);
    case 'text':
      return comparisonText(value, problems, { cwd: face.cwd, colour: face.colour });
  }
}

/** A route whose median takes this many times as long got worse as an error is bad. */
const MUCH_SLOWER = 2;

/** What `--fail-on` looks at: findings that are new or worse, and routes that got slower. */
function regressions({ findings, routes }: Comparison): { severity: Severity }[] {
  const slower = routes.filter(({ change }) => change === 'worse');
  return [
    ...findings.filter(({ change }) => change === 'new' || change === 'worse'),
    ...slower.map(({ p50Ms }) => {
      const much = p50Ms !== undefined && p50Ms.head >= p50Ms.base * MUCH_SLOWER;
      return { severity: much ? ('error' as const) : ('warning' as const) };
    }),
  ];
}

const HELP = `
A difference is told only where chance is an unlikely explanation (99 %) and it is large enough to matter. Times are
compared per request, so the recordings may differ in length and load; their load should be of the same kind.

--fail-on looks at findings that are new or got worse, and at routes that got slower: a warning, an error where the
median doubled.

Examples:
  looplens compare before.looplens after.looplens
  looplens compare main.looplens branch.looplens --format markdown --fail-on warning`;
