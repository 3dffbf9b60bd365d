import { silentLog, type Log } from '../base/log.ts';
import type { Report } from '../model/finding.ts';
import type { Note } from '../model/note.ts';
import type { RecordingHeader, RecordingTables } from '../model/recording.ts';
import type { RecordingWriter } from '../recording/contract.ts';
import { PauseClock } from '../recording/pauses.ts';
import { OtlpCollector } from '../report/otlp/collector.ts';
import type { Span } from '../report/otlp/message.ts';
import { OtlpSource } from '../report/otlp/resource.ts';
import type { Moment } from '../report/timeline/moments.ts';
import { Stalls } from '../report/timeline/stalls.ts';
import { endOf, Standing } from '../report/timeline/standing.ts';
import { ThreadTimeline } from '../report/timeline/thread-timeline.ts';
import { TimelineThreads, type TimelineThread } from '../report/timeline/threads.ts';
import { otlpAddress } from './otlp-address.ts';
import { OtlpSender, type Delivery } from './otlp-sender.ts';

/** Moments of a thread that go together; with their waits they are a few spans more. */
const BATCH = 512;
/** What is there is sent this often, ms. */
const FLUSH_MS = 1_000;
/** That the program stood still is told so much later than what it did next, at most, µs. */
const TOLD_LATE_US = 100_000;
/** Metrics are sent this often, µs of the recording. */
const METRICS_US = 5_000_000;

/** A recording on its way to an OpenTelemetry collector. */
export interface OtlpStream {
  /** The same writer, and everything that it is given goes to the collector too. */
  tap: (writer: RecordingWriter, header: RecordingHeader) => RecordingWriter;
  /** Sends what is left, with the findings where there are any, and tells what was delivered. */
  finish: (report?: Report) => Promise<Delivery>;
}

export interface OtlpStreamOptions {
  log?: Log;
  /** Holds `OTEL_EXPORTER_OTLP_HEADERS` and `OTEL_SERVICE_NAME`. */
  env?: NodeJS.ProcessEnv;
}

/**
 * Connects a recording to a collector: spans and loop metrics go there while it lasts, findings at its end, as OTLP/JSON
 * over HTTP.
 * @param url the collector's address, like `http://127.0.0.1:4318`
 * @throws UserError `usage` when the address is none, or nobody takes spans there
 */
export async function openOtlpStream(url: string, options: OtlpStreamOptions = {}): Promise<OtlpStream> {
  const { log = silentLog, env = process.env } = options;
  const sender = new OtlpSender(otlpAddress(url, env), log);
  await sender.probe();
  let live: LiveRecording | undefined;
  return {
    tap: (writer, header) => {
      live = new LiveRecording(header, sender, env['OTEL_SERVICE_NAME']);
      return live.tap(writer);
    },
    finish: async (report) => {
      live?.end(report);
      return sender.flush();
    },
  };
}

/** Follows what a recording's writer is given. */
class LiveRecording {
  readonly #sender: OtlpSender;
  readonly #tables: RecordingTables = { types: [], labels: [], frames: [], stacks: [] };
  readonly #threads: TimelineThreads;
  readonly #stalls: Stalls;
  readonly #collector: OtlpCollector;
  readonly #timelines = new Map<TimelineThread, LiveThread>();
  readonly #pauses = new Map<string, Note[]>();
  readonly #firstThread: string;
  readonly #timer: NodeJS.Timeout;
  #lastUs = 0;

  constructor(header: RecordingHeader, sender: OtlpSender, serviceName: string | undefined) {
    this.#sender = sender;
    this.#firstThread = header.target.threads[0]?.id ?? 'main';
    this.#threads = new TimelineThreads({ header, notes: [] });
    this.#stalls = new Stalls(this.#firstThread);
    this.#collector = new OtlpCollector(new OtlpSource(header, serviceName), this.#tables, this.#stalls);
    this.#timer = setInterval(() => this.#flush(), FLUSH_MS).unref();
  }

  tap(writer: RecordingWriter): RecordingWriter {
    return {
      events: (batch) => {
        writer.events(batch);
        this.#entry(this.#threads.get(batch.thread)).timeline.add(batch.words);
      },
      tables: (added) => {
        writer.tables(added);
        this.#grow(added);
      },
      stall: (stack) => {
        writer.stall(stack);
        this.#stalls.add(stack);
      },
      note: (note) => {
        writer.note(note);
        if (note.kind === 'thread') this.#threads.joined(note);
        if (note.kind === 'pause') this.#paused(note);
      },
      rejection: (rejection) => writer.rejection(rejection),
      profile: (profile) => writer.profile(profile),
      end: (trailer) => writer.end(trailer),
      get backlog() {
        return writer.backlog;
      },
    };
  }

  end(report: Report | undefined): void {
    clearInterval(this.#timer);
    for (const [thread, live] of this.#timelines) {
      live.timeline.end();
      this.#sendSpans(thread, live, Infinity);
    }
    for (const thread of this.#timelines.keys()) this.#sendMetrics(thread, this.#lastUs);
    const findings = report?.findings ?? [];
    const resourceLogs = this.#collector.logs(this.#threads.get(this.#firstThread), findings, this.#lastUs);
    this.#sender.send('logs', { resourceLogs }, findings.length);
  }

  #grow({ types = [], labels = [], frames = [], stacks = [] }: Partial<RecordingTables>): void {
    for (const type of types) this.#tables.types.push(type);
    for (const label of labels) this.#tables.labels.push(label);
    for (const frame of frames) this.#tables.frames.push(frame);
    for (const stack of stacks) this.#tables.stacks.push(stack);
  }

  #paused(note: Note): void {
    const known = this.#pauses.get(note.thread);
    if (known) known.push(note);
    else this.#pauses.set(note.thread, [note]);
  }

  #entry(thread: TimelineThread): LiveThread {
    const known = this.#timelines.get(thread);
    if (known) return known;
    const timeline = new ThreadTimeline(this.#tables, (moment) => {
      live.waiting.push(moment);
      live.lastUs = Math.max(live.lastUs, endOf(moment));
      if (live.waiting.length >= BATCH) this.#sendSpans(thread, live, live.lastUs - TOLD_LATE_US);
    });
    const live: LiveThread = { timeline, waiting: [], lastUs: 0, standing: new Standing() };
    this.#timelines.set(thread, live);
    return live;
  }

  #flush(): void {
    for (const [thread, live] of this.#timelines) this.#sendSpans(thread, live, live.lastUs - TOLD_LATE_US);
  }

  /**
   * What was over at `untilUs`. Only now, as the places of a stack are looked up, and pauses are told, while the loop already
   * goes on.
   */
  #sendSpans(thread: TimelineThread, { waiting, standing }: LiveThread, untilUs: number): void {
    let over = 0;
    while (over < waiting.length && endOf(waiting[over]!) <= untilUs) over++;
    if (over === 0 && untilUs !== Infinity) return;
    const clock = new PauseClock(this.#pauses.get(thread.id) ?? []);
    const moments = standing.tell(waiting.splice(0, over), clock);
    if (untilUs === Infinity) moments.push(...standing.standsBefore(Infinity, clock));
    const spans: Span[] = [];
    for (const moment of moments) {
      spans.push(...this.#collector.spans(thread, moment));
      if (moment.kind !== 'delay') continue;
      this.#lastUs = Math.max(this.#lastUs, moment.timeUs);
      const sinceUs = moment.timeUs - this.#collector.metricsSince(thread);
      if (sinceUs >= METRICS_US) this.#sendMetrics(thread, moment.timeUs);
    }
    const resourceSpans = this.#collector.resourceSpans(thread, spans);
    this.#sender.send('traces', { resourceSpans }, spans.length);
  }

  #sendMetrics(thread: TimelineThread, untilUs: number): void {
    const resourceMetrics = this.#collector.metrics(thread, untilUs);
    this.#sender.send('metrics', { resourceMetrics }, resourceMetrics.length);
  }
}

interface LiveThread {
  timeline: ThreadTimeline;
  /** Told, and not yet sent. */
  waiting: Moment[];
  /** End of the last of them, µs. */
  lastUs: number;
  standing: Standing;
}
