import type { ComparedRecording, Comparison } from '../model/comparison.ts';
import type { ComparedFile, ComparisonRows } from '../model/comparison-view.ts';
import type { SourceLocation } from '../model/location.ts';
import { CHANGE_WORDS, costWords, figureWords, verdictWords } from './compare-words.ts';
import { count, ms, percent } from './words.ts';

/**
 * A comparison as rows in words, in the order of the comparison.
 * @param pathOf a file as people know it
 */
export function comparisonRows(comparison: Comparison, pathOf: (file: string) => string): ComparisonRows {
  const { base, head, health, findings, routes, lines, verdict } = comparison;
  const place = ({ file, line, column }: SourceLocation): string => `${pathOf(file)}:${line}:${column}`;
  const figure = (compared: Parameters<typeof figureWords>[0] | undefined): string =>
    compared ? arrow(figureWords(compared)) : '';
  const delay = health.delayP99Ms;
  return {
    verdict: verdictWords(comparison),
    tone: verdict === 'no-difference' || verdict === 'unclear' ? 'same' : verdict,
    base: fileOf(base),
    head: fileOf(head),
    loop: [
      `${health.base.verdict} → ${health.head.verdict}`,
      ...(delay ? [`delay p99 ${figure(delay)}: ${CHANGE_WORDS[delay.change]}`] : []),
      `busy ${percent(health.base.utilization)} → ${percent(health.head.utilization)}`,
    ],
    findings: findings.map(({ change, message, location, rule, ...figures }) => ({
      change,
      changeWords: CHANGE_WORDS[change],
      message,
      place: place(location),
      rule,
      cost: arrow(costWords(figures)),
    })),
    routes: routes.map(({ change, route, requests, p50Ms, p95Ms, p99Ms, shares }) => ({
      change,
      changeWords: CHANGE_WORDS[change],
      route,
      requests: `${count(requests.base)} → ${count(requests.head)}`,
      p50: figure(p50Ms),
      p95: figure(p95Ms),
      p99: figure(p99Ms),
      shares: shares
        ? (['runMs', 'queuedMs', 'waitMs'] as const)
            .map((key) => `${SHARES[key]} ${figure({ base: shares.base[key], head: shares.head[key] })}`)
            .join(' · ')
        : '',
    })),
    lines: lines.map(({ change, location, selfMs, per, loopShare }) => ({
      change,
      changeWords: CHANGE_WORDS[change],
      place: `${place(location)}${location.function === undefined ? '' : `  ${location.function}`}`,
      cost: `${figure(selfMs)} per ${per}`,
      share: `${percent(loopShare.base)} → ${percent(loopShare.head)}`,
    })),
  };
}

const SHARES = { runMs: 'running', queuedMs: 'queued', waitMs: 'waiting' } as const;

const arrow = (words: string): string => words.replaceAll('->', '→');

function fileOf({ file, durationMs, requests, node }: ComparedRecording): ComparedFile {
  return {
    name: file.split(/[\\/]/).pop()!,
    details: `${ms(durationMs)} · ${count(requests)} requests · ${node}`,
  };
}
