import type { Comparison } from '../model/comparison.ts';
import type { Problem } from '../model/problem.ts';
import { CHANGE_WORDS, figureWords, verdictWords } from './compare-words.ts';
import { code, escape, markdownDocument, notes, table } from './markdown.ts';
import { count, percent, place } from './words.ts';

/** A comparison as GitHub-flavoured Markdown: for a pull request. */
export function comparisonMarkdown(
  comparison: Comparison,
  problems: readonly Problem[],
  cwd: string,
): string {
  const { findings, routes, lines, health } = comparison;
  const told = findings.filter(({ change }) => change !== 'unclear');
  const routeRows = routes.map(({ change, route, requests, p50Ms, p95Ms, p99Ms }) => [
    CHANGE_WORDS[change],
    escape(route),
    `${count(requests.base)} / ${count(requests.head)}`,
    ...[p50Ms, p95Ms, p99Ms].map((figure) => (figure ? figureWords(figure).replaceAll('->', '→') : '')),
  ]);
  const lineRows = lines.map(({ change, location, selfMs, per, loopShare }) => [
    CHANGE_WORDS[change],
    code(place(location, cwd)),
    `${figureWords(selfMs).replaceAll('->', '→')} per ${per}`,
    `${percent(loopShare.base)} → ${percent(loopShare.head)}`,
  ]);
  const delay = health.delayP99Ms
    ? `, delay p99 ${figureWords(health.delayP99Ms).replaceAll('->', '→')}`
    : '';
  return markdownDocument([
    `## LoopLens: ${escape(verdictWords(comparison))}`,
    `Loop: ${health.base.verdict} → ${health.head.verdict}${delay}`,
    told
      .map(({ change, severity, message, location, rule }) => {
        return `- **${CHANGE_WORDS[change]}** (${severity}) ${escape(message)}\n  ${code(place(location, cwd))} (${code(rule)})`;
      })
      .join('\n'),
    routeRows.length > 0
      ? `### Routes\n\n${table(['', 'Route', 'Requests', 'p50', 'p95', 'p99'], routeRows)}`
      : '',
    lineRows.length > 0
      ? `### Lines\n\n${table(['', 'Line', 'Own time', 'Share of the time'], lineRows)}`
      : '',
    ...notes(problems),
  ]);
}
