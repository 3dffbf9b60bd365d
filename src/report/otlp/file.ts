import type { Report } from '../../model/finding.ts';
import type { RecordingReader } from '../../recording/contract.ts';
import { escapeJson } from '../clean.ts';
import { Stalls } from '../timeline/stalls.ts';
import { moments, TimelineThreads } from '../timeline/threads.ts';
import { OtlpCollector } from './collector.ts';
import type { ResourceMetrics } from './message.ts';
import { OtlpSource } from './resource.ts';

/** Metrics of a recording are told this often, µs. */
const METRICS_US = 10_000_000;

/**
 * A recording as OTLP/JSON: one object with `resourceSpans`, `resourceMetrics` and `resourceLogs`, which collectors read as a
 * file of theirs and which each of the three endpoints takes as a body.
 *
 * @returns JSON on one line, in parts, so that nobody has to hold all of it
 * @see https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/
 */
export function* otlpJson(reader: RecordingReader, report: Report, serviceName?: string): Generator<string> {
  const { header, tables, stalls, trailer } = reader;
  const threads = new TimelineThreads(reader);
  const firstThread = header.target.threads[0]?.id ?? 'main';
  const collector = new OtlpCollector(
    new OtlpSource(header, serviceName),
    tables,
    new Stalls(firstThread, stalls),
  );
  const metrics: ResourceMetrics[] = [];
  let lastUs = trailer?.durationUs ?? 0;

  yield '{"resourceSpans":[';
  let separator = '';
  for (const batch of moments(reader, threads)) {
    const { thread } = batch;
    const spans = [];
    for (const moment of batch.moments) {
      spans.push(...collector.spans(thread, moment));
      if (moment.kind !== 'delay') continue;
      lastUs = Math.max(lastUs, moment.timeUs);
      if (moment.timeUs - collector.metricsSince(thread) >= METRICS_US) {
        metrics.push(...collector.metrics(thread, moment.timeUs));
      }
    }
    for (const part of collector.resourceSpans(thread, spans)) {
      yield separator + json(part);
      separator = ',';
    }
  }
  for (const thread of threads.all()) metrics.push(...collector.metrics(thread, lastUs));
  const logs = collector.logs(threads.get(firstThread), report.findings, lastUs);
  yield `],"resourceMetrics":${json(metrics)},"resourceLogs":${json(logs)}}\n`;
}

const json = (value: unknown): string => escapeJson(JSON.stringify(value));
