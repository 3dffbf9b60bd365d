import { clean } from '../clean.ts';
import type { Moment, Stand } from '../timeline/moments.ts';
import type { TimelineThread } from '../timeline/threads.ts';
import { attributes } from './message.ts';
import type { HistogramPoint, Metric, NumberPoint } from './message.ts';
import type { OtlpSource } from './resource.ts';

/** The agent's timer, µs: a block hides the looks that would have been late too. */
const HEARTBEAT_US = 20_000;
/** Looks that one block can stand for. */
const MAX_MISSED = 1_000;
const S_IN_US = 1e6;
/** Bucket bounds of the semantic conventions, s. */
const GC_BOUNDS = [0.01, 0.1, 1, 10];

/**
 * Event loop and garbage collection of one thread as OpenTelemetry's semantic conventions name them, and what the program
 * stood still through no doing of its own.
 * @see https://opentelemetry.io/docs/specs/semconv/runtime/nodejs-metrics/
 */
export class LoopMetrics {
  readonly #source: OtlpSource;
  readonly #thread: TimelineThread;
  #fromUs = 0;
  #delaysUs: number[] = [];
  #idleUs = 0;
  #watchedUs = 0;
  #collections = new Map<string, number[]>();
  #stoodUs = new Map<Stand['by'], number>();

  constructor(source: OtlpSource, thread: TimelineThread) {
    this.#source = source;
    this.#thread = thread;
  }

  /** Start of the time that the next {@link take} speaks of, µs. */
  get fromUs(): number {
    return this.#fromUs;
  }

  add(moment: Moment): void {
    if (moment.kind === 'delay') {
      const missed = Math.min(MAX_MISSED, Math.floor(moment.latenessUs / HEARTBEAT_US));
      for (let k = 0; k <= missed; k++) this.#delaysUs.push(moment.latenessUs - k * HEARTBEAT_US);
      this.#idleUs += moment.idleUs;
      this.#watchedUs += moment.sinceUs;
    } else if (moment.kind === 'collection') {
      const us = moment.endUs - moment.startUs - (moment.pausedUs ?? 0);
      const list = this.#collections.get(moment.type);
      if (list) list.push(us);
      else this.#collections.set(moment.type, [us]);
    } else if (moment.kind === 'stand') {
      const us = moment.endUs - moment.startUs;
      this.#stoodUs.set(moment.by, (this.#stoodUs.get(moment.by) ?? 0) + us);
    }
  }

  /** The metrics since the last call; none when nothing was seen. */
  take(untilUs: number): Metric[] {
    const metrics = [
      ...this.#delayMetrics(untilUs),
      ...this.#utilization(untilUs),
      ...this.#gc(untilUs),
      ...this.#stood(untilUs),
    ];
    this.#fromUs = untilUs;
    this.#delaysUs = [];
    this.#collections = new Map();
    this.#stoodUs = new Map();
    this.#idleUs = 0;
    this.#watchedUs = 0;
    return metrics;
  }

  #delayMetrics(untilUs: number): Metric[] {
    const delays = Float64Array.from(this.#delaysUs).sort();
    if (delays.length === 0) return [];
    const at = (q: number): number => delays[Math.max(0, Math.ceil(q * delays.length) - 1)]!;
    const mean = delays.reduce((sum, us) => sum + us, 0) / delays.length;
    const variance = delays.reduce((sum, us) => sum + (us - mean) ** 2, 0) / delays.length;
    const values = {
      min: at(0),
      max: at(1),
      mean,
      stddev: Math.sqrt(variance),
      p50: at(0.5),
      p90: at(0.9),
      p99: at(0.99),
    };
    return Object.entries(values).map(([name, us]) =>
      this.#gauge(`nodejs.eventloop.delay.${name}`, `Event loop delay, ${name}.`, 's', us / S_IN_US, untilUs),
    );
  }

  #utilization(untilUs: number): Metric[] {
    if (this.#watchedUs <= 0) return [];
    const active = Math.max(0, this.#watchedUs - this.#idleUs);
    const spent = (state: string, us: number): NumberPoint => ({
      ...this.#point(untilUs, us / S_IN_US),
      attributes: [...this.#attributes(), ...attributes({ 'nodejs.eventloop.state': state })],
    });
    return [
      this.#gauge(
        'nodejs.eventloop.utilization',
        'Event loop utilization.',
        '1',
        Math.min(1, active / this.#watchedUs),
        untilUs,
      ),
      {
        name: 'nodejs.eventloop.time',
        description: 'Cumulative duration of time the event loop has been in each state.',
        unit: 's',
        sum: {
          aggregationTemporality: 1,
          isMonotonic: true,
          dataPoints: [spent('active', active), spent('idle', this.#idleUs)],
        },
      },
    ];
  }

  #gc(untilUs: number): Metric[] {
    if (this.#collections.size === 0) return [];
    const dataPoints = [...this.#collections].map(([type, us]) => this.#histogram(type, us, untilUs));
    const description = 'Garbage collection duration.';
    return [
      {
        name: 'v8js.gc.duration',
        description,
        unit: 's',
        histogram: { aggregationTemporality: 1, dataPoints },
      },
    ];
  }

  /** What is in no other figure. */
  #stood(untilUs: number): Metric[] {
    if (this.#stoodUs.size === 0) return [];
    const dataPoints = [...this.#stoodUs].map(([by, us]) => ({
      ...this.#point(untilUs, us / S_IN_US),
      attributes: [...this.#attributes(), ...attributes({ 'looplens.pause.by': by })],
    }));
    return [
      {
        name: 'looplens.pause.time',
        description:
          'Time in which a debugger or the system kept the program from running. No other metric counts it.',
        unit: 's',
        sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints },
      },
    ];
  }

  #histogram(type: string, us: readonly number[], untilUs: number): HistogramPoint {
    const seconds = us.map((value) => value / S_IN_US);
    const buckets = new Array<number>(GC_BOUNDS.length + 1).fill(0);
    for (const value of seconds) {
      const bucket = GC_BOUNDS.findIndex((bound) => value <= bound);
      buckets[bucket < 0 ? GC_BOUNDS.length : bucket]!++;
    }
    return {
      attributes: [...this.#attributes(), ...attributes({ 'v8js.gc.type': type })],
      startTimeUnixNano: this.#source.nanos(this.#fromUs),
      timeUnixNano: this.#source.nanos(untilUs),
      count: String(seconds.length),
      sum: seconds.reduce((sum, value) => sum + value, 0),
      min: seconds.reduce((least, value) => Math.min(least, value), Infinity),
      max: seconds.reduce((most, value) => Math.max(most, value), 0),
      bucketCounts: buckets.map(String),
      explicitBounds: GC_BOUNDS,
    };
  }

  #gauge(name: string, description: string, unit: string, value: number, untilUs: number): Metric {
    return { name, description, unit, gauge: { dataPoints: [this.#point(untilUs, value)] } };
  }

  #point(untilUs: number, value: number): NumberPoint {
    return {
      attributes: this.#attributes(),
      startTimeUnixNano: this.#source.nanos(this.#fromUs),
      timeUnixNano: this.#source.nanos(untilUs),
      asDouble: value,
    };
  }

  #attributes() {
    const { number, name } = this.#thread;
    return attributes({ 'thread.id': number, 'thread.name': clean(name) });
  }
}
