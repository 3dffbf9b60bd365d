import type { Finding, Report } from '../model/finding.ts';
import type { Problem } from '../model/problem.ts';
import { clean } from './clean.ts';
import { byImportance } from './order.ts';
import { count, ms, percent, place, stepPlace, stepWords, tally } from './words.ts';

/** A report as GitHub-flavoured Markdown: for a pull request, an issue, a chat. */
export function reportMarkdown(report: Report, problems: readonly Problem[], cwd: string): string {
  const { health, recording, routes } = report;
  const delay = health.eventLoopDelayMs;
  const routeRows = routes.map((route) => [
    escape(route.route),
    count(route.requests),
    ...[route.p50Ms, route.p99Ms, route.maxMs, route.runMs].map(ms),
  ]);
  return markdownDocument([
    `## LoopLens: ${escape(health.verdict)}`,
    escape(health.message),
    table(
      [
        'Loop delay p50',
        'p99',
        'max',
        'Busy',
        'Garbage collection',
        'Recorded',
        'Events',
        'Dropped',
        'Own cost',
      ],
      [
        [
          ...[delay.p50, delay.p99, delay.max].map(ms),
          ...[health.utilization, health.gcShare].map(percent),
          ms(recording.durationMs),
          ...[recording.events, recording.dropped].map(count),
          percent(recording.overhead.cpuShare),
        ],
      ],
    ),
    ...findingBlocks(report.findings, cwd),
    routeRows.length > 0
      ? `### Routes\n\n${table(['Route', 'Requests', 'p50', 'p99', 'max', 'On the loop, each'], routeRows)}`
      : '',
    waitTable(report.waits, cwd),
    ...notes(problems),
  ]);
}

function waitTable(waits: Report['waits'], cwd: string): string {
  if (!waits || waits.lines.length === 0) return '';
  const rows = waits.lines
    .slice(0, SHOWN_WAITS)
    .map(({ location, share, totalMs }) => [percent(share), code(place(location, cwd)), ms(totalMs)]);
  return `### Where async functions waited\n\n${table(['Share', 'Line', 'All waits'], rows)}`;
}

/** Lines of waiting that are listed. */
const SHOWN_WAITS = 20;

/** Hints of `lint` as GitHub-flavoured Markdown. */
export function hintsMarkdown(
  findings: readonly Finding[],
  problems: readonly Problem[],
  cwd: string,
): string {
  return markdownDocument(['## LoopLens', ...findingBlocks(findings, cwd), ...notes(problems)]);
}

function findingBlocks(findings: readonly Finding[], cwd: string): string[] {
  return [
    `### ${tally(findings)}`,
    byImportance(findings)
      .map((finding) => item(finding, cwd))
      .join('\n'),
  ];
}

function item({ severity, message, location, rule, chain, related, fix }: Finding, cwd: string): string {
  const holder = location.function ? ` in ${code(location.function)}` : '';
  return [
    `- **${severity}** ${escape(message)}`,
    `  ${code(place(location, cwd))}${holder} (${code(rule)})`,
    ...chain.map((step) => {
      const at = stepPlace(step, cwd);
      return `  - ${escape(stepWords(step))}${at === undefined ? '' : ` ${code(at)}`}`;
    }),
    ...related.map((other) => `  - ${escape(other.message)} ${code(place(other.location, cwd))}`),
    ...(fix ? [`  - Fix: ${escape(fix.title)}`] : []),
  ].join('\n');
}

/** Problems as quoted notes, each once. */
export const notes = (problems: readonly Problem[]): string[] =>
  [...new Set(problems.map(({ message }) => message))].map((message) => `> Note: ${escape(message)}`);

/** A table; its cells are Markdown already. */
export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Blocks with an empty line between them. */
export const markdownDocument = (blocks: string[]): string => `${blocks.filter(Boolean).join('\n\n')}\n`;

/** Text that Markdown must not read: no markup, no HTML, no mention of a person or an issue. */
export function escape(text: string): string {
  return clean(text)
    .replace(/[\\`*_[\]<>|~#]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replace(/@(?=\w)/g, '@&#8203;');
}

/** A code span, whatever backticks the text holds. */
export function code(text: string): string {
  const shown = clean(text).replaceAll('|', '\\|');
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest > 0 ? `${fence} ${shown} ${fence}` : `${fence}${shown}${fence}`;
}
