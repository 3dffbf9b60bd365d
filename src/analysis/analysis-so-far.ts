import { RequestKind } from '../model/event.ts';
import type { Finding, Health, Report, Severity, ThreadHealth } from '../model/finding.ts';
import { SEVERITIES } from '../model/finding.ts';
import type { Outcome, Problem } from '../model/problem.ts';
import type { Note } from '../model/note.ts';
import type { EventBatch, RecordingHeader, RecordingTables } from '../model/recording.ts';
import type { SourceFacts } from '../model/source-facts.ts';
import { microsToMillis, round1 } from '../model/units.ts';
import type { RecordingReader } from '../recording/contract.ts';
import { PauseClock } from '../recording/pauses.ts';
import { analyzeThread } from './analyze-thread.ts';
import type { ThreadAnswer } from './analyze-thread.ts';
import { mostUnwell } from './health.ts';
import { findMessageOrigins } from './message-origins.ts';
import type { MessageOrigins } from './message-origins.ts';
import { findMessageQueues } from './message-queues.ts';
import { pauseProblems, withoutPauses } from './pauses.ts';
import { workersAtEnd } from './quiet-workers.ts';
import { ThreadPasses } from './thread-passes.ts';
import { DEFAULT_THRESHOLDS } from './thresholds.ts';
import type { Thresholds } from './thresholds.ts';

/** What a recording holds beside its events, as far as it is known. */
export type Recorded = Pick<
  RecordingReader,
  'trailer' | 'stalls' | 'rejections' | 'profiles' | 'notes' | 'problems'
>;

/** Threads told apart; the events of more are counted only. */
const MAX_THREADS = 256;

/**
 * An analysis that is fed while recording goes on, and says at any time what there is to say so far. Memory is bounded,
 * however many events come.
 */
export class AnalysisSoFar {
  readonly #header: RecordingHeader;
  readonly #tables: RecordingTables;
  readonly #thresholds: Thresholds;
  readonly #threads = new Map<string, ThreadPasses>();
  readonly #notes: readonly Note[];
  #notesSeen = 0;
  /** Of each thread, with the clock that leaves out the first `told` of them. */
  readonly #pauses = new Map<string, { notes: Note[]; told: number; clock: PauseClock | undefined }>();
  #events = 0;

  /**
   * @param tables may grow while events are fed; entries that an event points at must be there before it
   * @param notes may grow as well; a pause must be there before the events that come after it
   */
  constructor(
    header: RecordingHeader,
    tables: RecordingTables,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    notes: readonly Note[] = [],
  ) {
    this.#notes = notes;
    this.#header = header;
    this.#tables = tables;
    this.#thresholds = thresholds;
  }

  /** Takes the next events of a thread. */
  feed(batch: EventBatch): void {
    let passes = this.#threads.get(batch.thread);
    if (!passes) {
      if (this.#threads.size >= MAX_THREADS) return;
      passes = new ThreadPasses({
        tables: this.#tables,
        attached: this.#header.attachedLate ? 'late' : 'from-start',
        threadPoolSize: this.#header.target.threadPoolSize,
      });
      this.#threads.set(batch.thread, passes);
    }
    const before = passes.walker.events;
    passes.walker.clock = this.#clockOf(batch.thread);
    passes.walker.feed(batch.words);
    this.#events += passes.walker.events - before;
  }

  /**
   * The findings of what was fed, worst first.
   *
   * @param recorded what was recorded beside the events, so far
   * @param facts what the source proves
   */
  report(recorded: Recorded, facts: readonly SourceFacts[]): Outcome<Report> {
    const { trailer } = recorded;
    const problems: Problem[] = [...recorded.problems, ...(trailer?.problems ?? [])];
    const threads = this.#known(recorded);
    problems.push(...pauseProblems(recorded.notes));
    const linked = threads.map((thread) => ({
      ...thread,
      passes: this.#threads.get(thread.id) ?? this.#nothing(),
    }));
    const queues = findMessageQueues(linked);
    const answers = linked.map(({ id, name, passes }, i) =>
      analyzeThread({
        thread: { id, name, isFirst: i === 0 },
        passes,
        queue: queues.get(id),
        workers: i === 0 ? workersAtEnd(linked, recorded.notes) : [],
        header: this.#header,
        tables: this.#tables,
        recorded: withPauseClock(ofThread(recorded, id, threads[0]!.id)),
        facts,
        thresholds: this.#thresholds,
        problems,
      }),
    );
    const findings = answers.flatMap((answer) => answer.findings).sort(worstFirst);
    const origins = findMessageOrigins(linked);
    for (const finding of findings) tellSenders(finding, origins);
    const { pid, node, script } = this.#header.target;
    const observed = Math.max(1, ...answers.map((answer) => answer.observedUs));
    // Recording a loop that is held can only end when it is not: what was seen of it until then counts.
    const heldUntil = Math.max(0, ...answers.map((answer) => answer.heldUntilUs));
    return {
      value: {
        target: { pid, node, script, threads },
        recording: {
          durationMs: round1(microsToMillis(Math.max(1, heldUntil, trailer?.durationUs ?? observed))),
          events: trailer?.events ?? this.#events,
          dropped: trailer?.dropped ?? 0,
          attachedLate: this.#header.attachedLate,
          overhead: {
            cpuShare: Math.round((trailer?.overheadShare ?? 0) * 1000) / 1000,
            mode: this.#header.mode,
          },
        },
        health: healthOfAll(answers, linked.map(servesRequests)),
        ...(answers.length > 1 && { threads: answers.map(ownHealth) }),
        routes: answers.flatMap(({ routes }, i) =>
          i === 0 ? routes : routes.map((route) => ({ ...route, thread: threads[i]!.id })),
        ),
        ...(answers[0]?.waits && { waits: answers[0].waits }),
        findings,
      },
      problems: unique(problems),
    };
  }

  /** The threads of the recording: those of its header, those that joined, and whoever else sent events. */
  #known({ notes }: Recorded): { id: string; name: string }[] {
    const names = new Map(this.#header.target.threads.map(({ id, name }) => [id, name]));
    for (const note of notes) if (note.kind === 'thread') names.set(note.thread, note.name);
    for (const id of this.#threads.keys()) if (!names.has(id)) names.set(id, id);
    if (names.size === 0) names.set('main', 'main');
    return [...names].map(([id, name]) => ({ id, name }));
  }

  /** Undefined while nothing paused. */
  #clockOf(thread: string): PauseClock | undefined {
    for (; this.#notesSeen < this.#notes.length; this.#notesSeen++) {
      const note = this.#notes[this.#notesSeen]!;
      if (note.kind !== 'pause') continue;
      const known = this.#pauses.get(note.thread);
      if (known) known.notes.push(note);
      else this.#pauses.set(note.thread, { notes: [note], told: 0, clock: undefined });
    }
    const pauses = this.#pauses.get(thread);
    if (pauses && pauses.told < pauses.notes.length) {
      pauses.told = pauses.notes.length;
      pauses.clock = new PauseClock(pauses.notes);
    }
    return pauses?.clock;
  }

  #nothing(): ThreadPasses {
    return new ThreadPasses({ tables: this.#tables, attached: 'late', threadPoolSize: 4 });
  }
}

/** What was recorded of one thread. What does not say its thread is the first one's. */
function ofThread(recorded: Recorded, id: string, first: string): Recorded {
  const mine = ({ thread = first }: { thread?: string }): boolean => thread === id;
  return {
    ...recorded,
    stalls: recorded.stalls.filter(mine),
    rejections: recorded.rejections.filter(mine),
    profiles: recorded.profiles.filter(mine),
    notes: recorded.notes.filter(mine),
  };
}

/** After a route of messages: who sent them, and for which request. */
function tellSenders(finding: Finding, origins: MessageOrigins): void {
  finding.chain = finding.chain.flatMap((step) =>
    step.kind === 'http-request' && step.label !== undefined
      ? [step, ...origins.of(finding.thread ?? '', step.label)]
      : [step],
  );
}

/** Messages alone do not count: a thread that works for others may be busy. */
function servesRequests({ passes }: { passes: ThreadPasses }): boolean {
  return passes.requests.records.some(({ kind }) => kind !== RequestKind.Message);
}

const withPauseClock = (recorded: Recorded): Recorded =>
  withoutPauses(recorded, new PauseClock(recorded.notes));

/** The verdict on the whole is that on its first thread, or on another that serves requests and is worse off. */
function healthOfAll(answers: readonly ThreadAnswer[], serve: readonly boolean[]): Health {
  const [first] = answers;
  const serving = answers.filter((_answer, i) => i === 0 || serve[i]);
  const worst = mostUnwell(serving.map(({ health }) => health));
  const answer = serving[worst] ?? first!;
  if (answer === first) return answer.health;
  return { ...answer.health, message: `${answer.thread.name}: ${answer.health.message}` };
}

function ownHealth({ thread: { id, name }, health }: ThreadAnswer): ThreadHealth {
  return { id, name, ...health };
}

function unique(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ code, message }) => {
    const key = `${code}\n${message}`;
    return !seen.has(key) && seen.add(key);
  });
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
