import { millis } from '../base/figures.ts';
import type { Finding, Report, Severity } from '../model/finding.ts';
import { SEVERITIES } from '../model/finding.ts';
import type { Outcome, Problem } from '../model/problem.ts';
import type { SourceFacts } from '../model/source-facts.ts';
import { microsToMillis, round1 } from '../model/units.ts';
import type { RecordingReader } from '../recording/contract.ts';
import { FINDING_RULES } from './findings/rules.ts';
import { judgeHealth } from './health.ts';
import { findHolds } from './holds.ts';
import { findHotspots } from './hotspots.ts';
import type { Measured } from './measured.ts';
import { Collections } from './passes/collections.ts';
import { Heartbeats } from './passes/heartbeats.ts';
import { Pending } from './passes/pending.ts';
import { Requests } from './passes/requests.ts';
import { Waits } from './passes/waits.ts';
import { Work } from './passes/work.ts';
import { CallLines } from './profile/call-lines.ts';
import { ProfileIndex } from './profile/profile-index.ts';
import { summarise, timeRoutes } from './routes.ts';
import type { RouteTimes } from './routes.ts';
import { walk } from './walk.ts';

/** Share of the time that unexplained holds must take to be told. */
const TELL_UNKNOWN = 0.05;

/**
 * The findings of a recording, worst first, with the verdict on its loop. Cannot fail: what is missing or damaged is
 * told among the problems.
 *
 * @param reader the recording
 * @param facts what the source proves about the files of {@link filesOfInterest}; with none, some findings are less exact
 */
export function analyze(reader: RecordingReader, facts: readonly SourceFacts[]): Outcome<Report> {
  const { header, tables, trailer } = reader;
  const problems: Problem[] = [...reader.problems, ...(trailer?.problems ?? [])];

  // Each pass names in its constructor what it needs of the others; they see an event in this order.
  const work = new Work(tables.types);
  const requests = new Requests(tables.labels);
  const heartbeats = new Heartbeats(header.attachedLate ? 'late' : 'from-start');
  const collections = new Collections();
  const waits = new Waits(work);
  const pending = new Pending(work, tables.types);
  const thread = header.target.threads[0]?.id ?? 'main';
  const seen = walk(reader.events(), thread, [work, requests, heartbeats, collections, waits, pending]);
  work.finish();

  const durationUs = Math.max(1, trailer?.durationUs ?? seen.lastUs - seen.firstUs);
  // What was observed: attaching and detaching take time of their own.
  const observedUs = Math.max(1, seen.lastUs - seen.firstUs);
  const profile = new ProfileIndex(reader.profiles, tables);
  const lines = new CallLines(reader.stalls, tables, facts);
  const holds = findHolds({ work, heartbeats, profile, stalls: reader.stalls, tables });
  const { hotspots, unknown, unknownUs } = findHotspots(holds, requests, lines);
  if (unknownUs > observedUs * TELL_UNKNOWN) problems.push(unknownHolds(unknown, unknownUs));

  const routes = timeRoutes(requests, work.spans);
  const measured: Measured = {
    header,
    tables,
    observedUs,
    endUs: seen.lastUs,
    work,
    requests,
    heartbeats,
    waits,
    pending,
    profile,
    rejections: reader.rejections,
    lines,
    facts,
    holds,
    hotspots,
    routes,
  };
  const findings: Finding[] = [];
  for (const rule of FINDING_RULES) findings.push(...rule.find(measured, findings, problems));
  findings.sort(worstFirst);
  for (const finding of findings) finding.thread = thread;

  const health = judgeHealth({
    heartbeats,
    busyShare: profile.busyShare(),
    holds,
    gcUs: collections.totalUs,
    observedUs,
    findings,
    requests: meanRequest(routes),
  });
  const { pid, node, script, threads } = header.target;
  return {
    value: {
      target: { pid, node, script, threads },
      recording: {
        durationMs: round1(microsToMillis(durationUs)),
        events: trailer?.events ?? seen.events,
        dropped: trailer?.dropped ?? 0,
        attachedLate: header.attachedLate,
        overhead: { cpuShare: Math.round((trailer?.overheadShare ?? 0) * 1000) / 1000, mode: header.mode },
      },
      health,
      routes: routes.map(summarise),
      findings,
    },
    problems,
  };
}

function unknownHolds(count: number, us: number): Problem {
  return {
    code: 'hold-without-stack',
    message: `The loop was held ${count} times, ${millis(microsToMillis(us))} in all, by native code or by Node's own: neither the profile nor a stack trace shows a line of yours.`,
  };
}

function meanRequest(routes: readonly RouteTimes[]): { count: number; meanMs: number; runMs: number } {
  let count = 0;
  let totalMs = 0;
  let runMs = 0;
  let all = 0;
  for (const route of routes) {
    count += route.durationsMs.length;
    totalMs += route.durationsMs.reduce((sum, ms) => sum + ms, 0);
    all += route.requests.length;
    runMs += route.runMs * route.requests.length;
  }
  return { count: all, meanMs: count === 0 ? 0 : totalMs / count, runMs: all === 0 ? 0 : runMs / all };
}

function worstFirst(a: Finding, b: Finding): number {
  return (
    rank(a.severity) - rank(b.severity) ||
    (b.evidence?.loopShare ?? 0) - (a.evidence?.loopShare ?? 0) ||
    (b.evidence?.totalMs ?? 0) - (a.evidence?.totalMs ?? 0)
  );
}

function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}
