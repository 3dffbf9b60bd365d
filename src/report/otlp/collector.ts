import type { Finding } from '../../model/finding.ts';
import type { RecordingTables } from '../../model/recording.ts';
import type { Moment } from '../timeline/moments.ts';
import type { Stalls } from '../timeline/stalls.ts';
import type { TimelineThread } from '../timeline/threads.ts';
import { findingLog } from './findings.ts';
import type { Metric, ResourceLogs, ResourceMetrics, ResourceSpans, Span } from './message.ts';
import { LoopMetrics } from './metrics.ts';
import type { OtlpSource } from './resource.ts';
import { spansOf } from './spans.ts';

/** Turns moments into OTLP as they come. */
export class OtlpCollector {
  readonly #source: OtlpSource;
  readonly #tables: Pick<RecordingTables, 'frames' | 'stacks'>;
  readonly #stalls: Stalls;
  readonly #metrics = new Map<TimelineThread, LoopMetrics>();

  /** @param tables may grow meanwhile, and so may `stalls` */
  constructor(source: OtlpSource, tables: Pick<RecordingTables, 'frames' | 'stacks'>, stalls: Stalls) {
    this.#source = source;
    this.#tables = tables;
    this.#stalls = stalls;
  }

  /** The spans of a moment; what belongs to metrics is kept for them. */
  spans(thread: TimelineThread, moment: Moment): Span[] {
    if (moment.kind === 'delay' || moment.kind === 'collection' || moment.kind === 'stand') {
      this.#metricsOf(thread).add(moment);
    }
    return spansOf(thread, moment, { source: this.#source, tables: this.#tables, stalls: this.#stalls });
  }

  /** Start of the time that the next metrics of a thread speak of, µs. */
  metricsSince(thread: TimelineThread): number {
    return this.#metricsOf(thread).fromUs;
  }

  /** The metrics of a thread since the last call. */
  metrics(thread: TimelineThread, untilUs: number): ResourceMetrics[] {
    const metrics: Metric[] = this.#metricsOf(thread).take(untilUs);
    if (metrics.length === 0) return [];
    return [
      { resource: this.#source.resource(thread), scopeMetrics: [{ scope: this.#source.scope, metrics }] },
    ];
  }

  resourceSpans(thread: TimelineThread, spans: Span[]): ResourceSpans[] {
    if (spans.length === 0) return [];
    return [{ resource: this.#source.resource(thread), scopeSpans: [{ scope: this.#source.scope, spans }] }];
  }

  logs(thread: TimelineThread, findings: readonly Finding[], atUs: number): ResourceLogs[] {
    if (findings.length === 0) return [];
    const logRecords = findings.map((finding) => findingLog(finding, this.#source.nanos(atUs)));
    return [
      { resource: this.#source.resource(thread), scopeLogs: [{ scope: this.#source.scope, logRecords }] },
    ];
  }

  #metricsOf(thread: TimelineThread): LoopMetrics {
    let metrics = this.#metrics.get(thread);
    if (!metrics) this.#metrics.set(thread, (metrics = new LoopMetrics(this.#source, thread)));
    return metrics;
  }
}
