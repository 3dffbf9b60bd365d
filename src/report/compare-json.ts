import type { ComparedFigure, Comparison } from '../model/comparison.ts';
import type { Problem } from '../model/problem.ts';
import { escapeJson } from './clean.ts';
import { relativePath } from './paths.ts';

/** What `compare` prints with `--format json`. Files below `cwd` are relative to it; ms have three decimals, shares four. */
export function comparisonJson(comparison: Comparison, problems: readonly Problem[], cwd: string): string {
  const { base, head, health, routes, findings, lines } = comparison;
  const shown = <T extends { file: string }>(item: T): T => ({ ...item, file: relativePath(item.file, cwd) });
  const value = {
    version: 1,
    ...comparison,
    base: shown(base),
    head: shown(head),
    health: { ...health, ...(health.delayP99Ms && { delayP99Ms: rounded(health.delayP99Ms) }) },
    routes: routes.map((route) => ({
      ...route,
      ...(route.p50Ms && { p50Ms: rounded(route.p50Ms) }),
      ...(route.p95Ms && { p95Ms: rounded(route.p95Ms) }),
      ...(route.p99Ms && { p99Ms: rounded(route.p99Ms) }),
    })),
    findings: findings.map((finding) => ({
      ...finding,
      location: shown(finding.location),
      ...(finding.cost && {
        cost: { ...finding.cost, base: round(finding.cost.base), head: round(finding.cost.head) },
      }),
      ...(finding.times && {
        times: { ...finding.times, base: round(finding.times.base), head: round(finding.times.head) },
      }),
    })),
    lines: lines.map((line) => ({
      ...line,
      location: shown(line.location),
      selfMs: rounded(line.selfMs),
      loopShare: { base: round(line.loopShare.base, 4), head: round(line.loopShare.head, 4) },
    })),
    problems,
  };
  return `${escapeJson(JSON.stringify(value, undefined, 2))}\n`;
}

function rounded({ base, head, low, high, change }: ComparedFigure): ComparedFigure {
  return { base: round(base), head: round(head), low: round(low), high: round(high), change };
}

const round = (value: number, digits = 3): number => Number(value.toFixed(digits));
