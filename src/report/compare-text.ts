import type { Change, ComparedFinding, ComparedRoute, Comparison } from '../model/comparison.ts';
import type { Problem } from '../model/problem.ts';
import { clean } from './clean.ts';
import { CHANGE_WORDS, costWords, figureWords, verdictWords } from './compare-words.ts';
import { paintOf, type Paint } from './paint.ts';
import { relativePath } from './paths.ts';
import type { TextOptions } from './text.ts';
import { count, ms, percent, place } from './words.ts';

/** Routes and findings without a change that are shown; the rest is counted. */
const SHOWN_SAME = 5;
const LABEL_WIDTH = 'no difference'.length + 2;

/** A comparison for a terminal: the verdict, then what changed, then what did not. Ends with a line break. */
export function comparisonText(
  comparison: Comparison,
  problems: readonly Problem[],
  options: TextOptions,
): string {
  const paint = paintOf(options.colour);
  const { base, head, health, findings, routes, lines } = comparison;
  const recordings = [base, head].map(({ file, durationMs, requests, node }, index) => {
    const name = index === 0 ? 'base' : 'head';
    return paint.quiet(
      `${name}  ${clean(relativePath(file, options.cwd))} · ${ms(durationMs)} · ${count(requests)} requests · ${clean(node)}`,
    );
  });
  const delay = health.delayP99Ms;
  const loop = [
    `Loop: ${health.base.verdict} -> ${health.head.verdict}`,
    ...(delay ? [`delay p99 ${figureWords(delay)}, ${CHANGE_WORDS[delay.change]}`] : []),
    `busy ${percent(health.base.utilization)} -> ${percent(health.head.utilization)}`,
  ];
  const blocks = [
    [paint.strong(verdictWords(comparison)), ...recordings, paint.quiet(loop.join(' · '))].join('\n'),
    ...listed(findings, (finding) => findingLines(finding, options.cwd, paint), 'finding'),
    ...listed(routes, (route) => routeLines(route, paint), 'route'),
    ...(lines.length > 0
      ? [
          lines
            .slice(0, 10)
            .flatMap((line) => lineWords(line, options.cwd, paint))
            .join('\n'),
        ]
      : []),
    ...new Set(problems.map(({ message }) => paint.quiet(`Note: ${clean(message)}`))),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function listed<T extends { change: Change }>(
  items: readonly T[],
  words: (item: T) => string[],
  noun: string,
): string[] {
  const changed = items.filter(({ change }) => change !== 'no-difference' && change !== 'unclear');
  const same = items.filter(({ change }) => change === 'no-difference' || change === 'unclear');
  const hidden = same.length - SHOWN_SAME;
  const shown = [...changed, ...same.slice(0, SHOWN_SAME)].flatMap(words);
  if (hidden > 0) shown.push(`... and ${hidden} more ${noun}${hidden === 1 ? '' : 's'} without a difference`);
  return shown.length > 0 ? [shown.join('\n')] : [];
}

function findingLines(
  { change, rule, message, location, ...figures }: ComparedFinding,
  cwd: string,
  paint: Paint,
): string[] {
  const where = [paint.place(place(location, cwd)), location.function && `in ${clean(location.function)}`];
  const paid = costWords(figures);
  return [
    `${label(change, paint)}${paint.strong(clean(message))}  ${paint.quiet(clean(rule))}`,
    `${' '.repeat(LABEL_WIDTH)}${[...where, paid].filter(Boolean).join('  ')}`,
  ];
}

function routeLines(
  { change, route, requests, p50Ms, p95Ms, p99Ms, shares }: ComparedRoute,
  paint: Paint,
): string[] {
  const indent = ' '.repeat(LABEL_WIDTH);
  const head = `${label(change, paint)}${paint.strong(clean(route))}  ${paint.quiet(`${count(requests.base)} -> ${count(requests.head)} requests`)}`;
  const figures = [
    p50Ms && `p50 ${figureWords(p50Ms)}`,
    p95Ms && `p95 ${figureWords(p95Ms)}`,
    p99Ms && `p99 ${figureWords(p99Ms)}`,
  ];
  const lines = [head];
  if (p50Ms) lines.push(`${indent}${figures.filter(Boolean).join(' · ')}`);
  if (shares) {
    const part = (name: string, key: 'runMs' | 'queuedMs' | 'waitMs'): string =>
      `${name} ${figureWords({ base: shares.base[key], head: shares.head[key] })}`;
    lines.push(
      `${indent}${[part('running', 'runMs'), part('queued', 'queuedMs'), part('waiting', 'waitMs')].join(' · ')}`,
    );
  }
  return lines;
}

function lineWords(
  { change, location, selfMs, per, loopShare }: Comparison['lines'][number],
  cwd: string,
  paint: Paint,
): string[] {
  const name = location.function ? ` in ${clean(location.function)}` : '';
  const cost = `${figureWords(selfMs)} per ${per}, ${percent(loopShare.base)} -> ${percent(loopShare.head)} of the time`;
  return [`${label(change, paint)}${paint.place(place(location, cwd))}${name}  ${cost}`];
}

function label(change: Change, paint: Paint): string {
  const words = CHANGE_WORDS[change].padEnd(LABEL_WIDTH);
  if (change === 'worse' || change === 'new') return paint.severity('error', words);
  return change === 'better' || change === 'gone' ? paint.severity('info', words) : paint.quiet(words);
}
