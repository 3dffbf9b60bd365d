import { millis } from '../base/figures.ts';
import type { Finding, Health, RouteSummary, WaitProfile } from '../model/finding.ts';
import type { Problem } from '../model/problem.ts';
import type { RecordingHeader, RecordingTables } from '../model/recording.ts';
import type { SourceFacts } from '../model/source-facts.ts';
import { microsToMillis } from '../model/units.ts';
import type { Recorded } from './analysis-so-far.ts';
import { breakDown } from './breakdown.ts';
import { criticalPath } from './critical-path.ts';
import { FINDING_RULES } from './findings/rules.ts';
import { judgeHealth } from './health.ts';
import { findHeldAtEnd, findHolds } from './holds.ts';
import { findHotspots } from './hotspots.ts';
import type { Measured } from './measured.ts';
import type { MessageQueue } from './message-queues.ts';
import { CallLines } from './profile/call-lines.ts';
import { ProfileIndex } from './profile/profile-index.ts';
import type { WorkerState } from './quiet-workers.ts';
import { summarise, timeRoutes } from './routes.ts';
import type { ThreadPasses } from './thread-passes.ts';
import type { Thresholds } from './thresholds.ts';
import { formatTimes } from './words.ts';
import { waitProfile } from './wait-profile.ts';

/** Share of the time that unexplained holds must take to be told. */
const TELL_UNKNOWN = 0.05;

/** All that is known of one thread. */
export interface ThreadInputs {
  thread: { id: string; name: string; isFirst: boolean };
  passes: ThreadPasses;
  /** Messages that others sent to it for their requests; undefined where none came. */
  queue: MessageQueue | undefined;
  /** Of the first thread: worker threads that were there at the end. */
  workers: readonly WorkerState[];
  header: RecordingHeader;
  tables: RecordingTables;
  /** Of this thread only. */
  recorded: Recorded;
  facts: readonly SourceFacts[];
  thresholds: Thresholds;
  /** Takes what could not be said. */
  problems: Problem[];
}

/** What there is to say about one thread. */
export interface ThreadAnswer {
  thread: { id: string; name: string };
  findings: Finding[];
  health: Health;
  routes: RouteSummary[];
  waits: WaitProfile | undefined;
  observedUs: number;
  /** {@link Measured.heldUntilUs}. */
  heldUntilUs: number;
}

/** From what the passes learnt to findings; changes nothing in the passes, so it may be asked again as they go on. */
export function analyzeThread(inputs: ThreadInputs): ThreadAnswer {
  const { passes, tables, recorded, facts, header, thread, thresholds, problems } = inputs;
  const { work, requests, heartbeats, waits, paths, operations, walker } = passes;
  const { collections, intervals, immediates, pool, bursts, births, creations, pending } = passes;
  // What was observed: attaching and detaching take time of their own.
  const { trailer } = recorded;
  const goneByItself = trailer?.ended === 'target-exited' || trailer?.ended === 'connection-lost';
  const endedUs = goneByItself ? 0 : (trailer?.durationUs ?? 0);
  const heldAtEnd = findHeldAtEnd(heartbeats, work, recorded.stalls, endedUs);
  const heldUntilUs = heldAtEnd?.endUs ?? 0;
  const endUs = Math.max(walker.lastUs, heldUntilUs);
  const observedUs = Math.max(1, endUs - walker.firstUs);
  const profile = new ProfileIndex(recorded.profiles, tables, facts);
  const lines = new CallLines(recorded.stalls, tables, facts);
  const found = findHolds({ work, heldAtEnd, heartbeats, profile, stalls: recorded.stalls, tables });
  const holds = found.sure;
  const { hotspots, unknown, unknownUs } = findHotspots(found, requests, lines);
  // A process that lives for a moment mostly starts.
  const long = microsToMillis(observedUs) >= thresholds.observedMs;
  if (long && unknownUs > observedUs * TELL_UNKNOWN) problems.push(unknownHolds(unknown, unknownUs));
  const routes = timeRoutes(requests, work.spans);
  const breakdowns = breakDown({ tables, requests, paths, operations, spans: work.spans, holds, hotspots });
  const measured: Measured = {
    work,
    requests,
    heartbeats,
    waits,
    pending,
    collections,
    intervals,
    immediates,
    pool,
    bursts,
    births,
    creations,
    operations,
    header,
    tables,
    observedUs,
    startUs: walker.firstUs,
    endUs,
    heldUntilUs,
    thread,
    queue: inputs.queue,
    workers: inputs.workers,
    thresholds,
    profile,
    rejections: recorded.rejections,
    notes: recorded.notes,
    ended: recorded.trailer?.ended,
    lines,
    facts,
    holds,
    hotspots,
    routes,
    breakdowns,
  };
  const findings: Finding[] = [];
  for (const rule of FINDING_RULES) findings.push(...rule.find(measured, findings, problems));
  for (const finding of findings) finding.thread = thread.id;
  return {
    thread,
    findings,
    health: judgeHealth(measured, findings),
    routes: routes.map((times) =>
      summarise(times, breakdowns.of(times.route), (breakdown) =>
        criticalPath(breakdown, { waits, paths, tables }),
      ),
    ),
    waits: waitProfile({ awaits: passes.awaits, heartbeats, tables, observedUs }),
    observedUs,
    heldUntilUs,
  };
}

function unknownHolds(count: number, us: number): Problem {
  return {
    code: 'hold-without-stack',
    message: `The loop was held ${formatTimes(count)}, ${millis(microsToMillis(us))} in all, by native code or by Node's own: neither the profile nor a stack trace shows a line of yours.`,
  };
}
