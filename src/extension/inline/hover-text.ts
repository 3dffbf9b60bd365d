import { millis, percent } from '../../base/figures.ts';
import type { ChainStep, Finding } from '../../model/finding.ts';
import type { Told } from '../findings/store.ts';
import { inlineText } from '../findings/words.ts';
import { commandLink, plain, refOf } from '../links.ts';

/** How a place is written for people: relative to the workspace. */
export type ShowPath = (file: string) => string;

/** What a hover says about. */
export interface Hovered extends Told {
  stale: boolean;
  /** True where a recorded finding of the same line tells the numbers already. */
  repeats: boolean;
}

/** The Markdown of one finding: number, table, routes, chain, links; the sentence where no number says it. */
export function hoverText({ finding, origin, stale, repeats }: Hovered, showPath: ShowPath): string {
  const short = origin === 'recording' ? inlineText(finding) : undefined;
  if (repeats) return `${plain(finding.message)} ${links(finding, origin)}`;
  return [
    stale ? '$(history) *Measured before this line was edited.*' : '',
    short ? `**${plain(short)}**` : plain(finding.message),
    slowness(finding),
    table(finding),
    chain(finding.chain, showPath),
    links(finding, origin),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** The text that a regular expression is proven to be slow on, to be copied. */
function slowness({ regexp }: Finding): string {
  if (regexp?.check !== 'confirmed') return '';
  const time =
    regexp.growth === 'exponential' ? 'exponential time' : `length to the power of ${regexp.degree ?? 2}`;
  // It is printable ASCII without backticks.
  return `$(beaker) ${time}: \`${regexp.attack}\``;
}

function table({ evidence, chain }: Finding): string {
  if (!evidence || evidence.totalMs === 0) return '';
  const cells: [string, string][] = [
    ['times', String(evidence.count)],
    ['longest', millis(evidence.maxMs)],
    ['p99', millis(evidence.p99Ms)],
    ['in all', millis(evidence.totalMs)],
  ];
  if (evidence.loopShare > 0) cells.push(['of the loop', percent(evidence.loopShare)]);
  // Hovers draw tables without any space between columns.
  const row = (of: string[]): string => `| ${of.join(' | &emsp;')} |`;
  const numbers = [
    row(cells.map(([name]) => name)),
    `|${' ---: |'.repeat(cells.length)}`,
    row(cells.map(([, value]) => value)),
  ].join('\n');
  const routes = evidence.routes.map((route) => code(route));
  const told = routes.length === 1 && chain.some(({ kind }) => kind === 'http-request');
  return routes.length === 0 || told ? numbers : `${numbers}\n\n$(globe) ${routes.join(', ')}`;
}

/** Long chains keep their ends: where it happened and what asked for it. */
const CHAIN_STEPS = 8;

function chain(steps: readonly ChainStep[], showPath: ShowPath): string {
  if (steps.length === 0) return '';
  const shown =
    steps.length > CHAIN_STEPS ? [...steps.slice(0, CHAIN_STEPS - 2), undefined, ...steps.slice(-1)] : steps;
  return shown.map((step) => (step ? `- ${stepText(step, showPath)}` : '- …')).join('\n');
}

const STEP_WORDS: Readonly<Record<ChainStep['kind'], string>> = {
  call: 'called by',
  await: 'awaited by',
  then: 'then of',
  timer: 'from the timer',
  event: 'from the event',
  all: 'joined by',
  'http-request': 'for the request',
  message: 'by a message',
  library: 'in the library',
};

function stepText(step: ChainStep, showPath: ShowPath): string {
  const name = step.function ?? step.label ?? '';
  const label = step.label !== undefined && step.function !== undefined ? ` ${plain(step.label)}` : '';
  const place =
    step.file !== undefined && step.line !== undefined
      ? ' ' +
        commandLink(plain(`${showPath(step.file)}:${step.line}`), 'looplens.openLocation', {
          file: step.file,
          line: step.line,
          column: step.column ?? 1,
        })
      : '';
  return `${STEP_WORDS[step.kind]} ${name ? code(name) : ''}${label}${place}`.trimEnd();
}

function links(finding: Finding, origin: Told['origin']): string {
  const ref = refOf(finding);
  const explain = commandLink('$(book) Explain', 'looplens.explain', finding.rule);
  const others =
    origin === 'recording'
      ? [
          commandLink('$(list-tree) Show in tree', 'looplens.showInTree', ref),
          commandLink('$(eye-closed) Dismiss', 'looplens.dismiss', ref),
        ]
      : [commandLink('$(eye-closed) Ignore here', 'looplens.ignore', ref)];
  return [explain, ...others].join(' &nbsp;·&nbsp; ');
}

/** Text in a code span, which nothing in it can end. */
function code(text: string): string {
  return `\`${text.replaceAll('`', "'").replaceAll('|', '\\|')}\``;
}
