import type { ChainStep, Finding, Report } from '../model/finding.ts';
import type { SourceLocation } from '../model/location.ts';
import type { Problem } from '../model/problem.ts';
import { round1 } from '../model/units.ts';
import { escapeJson } from './clean.ts';
import { byImportance } from './order.ts';
import { relativePath } from './paths.ts';

/** Version of the JSON contract. Fields are only ever added within one. */
const JSON_VERSION = 1;

/** What `record` and `analyze` print with `--format json`. Files below `cwd` are relative to it. */
export function reportJson(report: Report, problems: readonly Problem[], cwd: string): string {
  const { target, recording, health, routes, waits } = report;
  return print({
    version: JSON_VERSION,
    target: { ...target, script: relativePath(target.script, cwd) },
    recording: {
      ...recording,
      durationMs: round1(recording.durationMs),
      overhead: { ...recording.overhead, cpuShare: roundShare(recording.overhead.cpuShare) },
    },
    health: {
      ...health,
      eventLoopDelayMs: mapValues(health.eventLoopDelayMs, round1),
      utilization: roundShare(health.utilization),
      gcShare: roundShare(health.gcShare),
    },
    routes: routes.map((route) => ({
      ...route,
      p50Ms: round1(route.p50Ms),
      p99Ms: round1(route.p99Ms),
      maxMs: round1(route.maxMs),
      runMs: round1(route.runMs),
    })),
    ...(waits && {
      waits: {
        ...waits,
        lines: waits.lines.map((line) => ({
          ...line,
          location: shown(line.location, cwd),
          share: roundShare(line.share),
        })),
        unattributedShare: roundShare(waits.unattributedShare),
      },
    }),
    findings: byImportance(report.findings).map((finding) => findingJson(finding, cwd)),
    problems,
  });
}

/** What `lint` prints with `--format json`. Files below `cwd` are relative to it. */
export function hintsJson(findings: readonly Finding[], problems: readonly Problem[], cwd: string): string {
  return print({
    version: JSON_VERSION,
    findings: byImportance(findings).map((finding) => findingJson(finding, cwd)),
    problems,
  });
}

function findingJson(finding: Finding, cwd: string): Finding {
  const { location, evidence, chain, related, fix } = finding;
  return {
    ...finding,
    location: shown(location, cwd),
    ...(evidence && {
      evidence: {
        ...evidence,
        totalMs: round1(evidence.totalMs),
        maxMs: round1(evidence.maxMs),
        p99Ms: round1(evidence.p99Ms),
        loopShare: roundShare(evidence.loopShare),
      },
    }),
    chain: chain.map((step) => shown(step, cwd)),
    related: related.map((other) => ({ ...other, location: shown(other.location, cwd) })),
    ...(fix && { fix: { ...fix, edits: fix.edits.map((edit) => shown(edit, cwd)) } }),
  };
}

/** The same with its file as it is shown. */
function shown<T extends SourceLocation | ChainStep | { file: string }>(item: T, cwd: string): T {
  return item.file === undefined ? item : { ...item, file: relativePath(item.file, cwd) };
}

const roundShare = (share: number): number => Math.round(share * 10_000) / 10_000;

function mapValues<K extends string>(
  values: Record<K, number>,
  map: (value: number) => number,
): Record<K, number> {
  return Object.fromEntries(
    Object.entries<number>(values).map(([key, value]) => [key, map(value)]),
  ) as Record<K, number>;
}

const print = (value: unknown): string => `${escapeJson(JSON.stringify(value, undefined, 2))}\n`;
