import type { Finding, Severity } from '../../model/finding.ts';
import { clean } from '../clean.ts';
import { anyValue, attributes } from './message.ts';
import type { LogRecord } from './message.ts';

/** A finding as a log record, an event named `looplens.finding`. `timeUnixNano` is the end of the recording. */
export function findingLog(finding: Finding, timeUnixNano: string): LogRecord {
  const { rule, severity, confidence, message, location, cause, thread, evidence } = finding;
  const { number, text } = SEVERITIES[severity];
  return {
    timeUnixNano,
    observedTimeUnixNano: timeUnixNano,
    severityNumber: number,
    severityText: text,
    eventName: 'looplens.finding',
    body: anyValue(clean(message)),
    attributes: attributes({
      'looplens.rule': rule,
      'looplens.confidence': confidence,
      'looplens.cause': cause,
      'code.file.path': clean(location.file),
      'code.line.number': location.line,
      'code.column.number': location.column,
      'code.function.name': clean(location.function ?? ''),
      'thread.name': clean(thread ?? ''),
      'looplens.count': evidence?.count,
      'looplens.total.ms': evidence?.totalMs,
      'looplens.max.ms': evidence?.maxMs,
      'looplens.loop.share': evidence?.loopShare,
      'looplens.routes': evidence?.routes.map(clean).join(', '),
    }),
  };
}

/** As OpenTelemetry's log data model numbers them. */
const SEVERITIES: Record<Severity, { number: number; text: string }> = {
  error: { number: 17, text: 'ERROR' },
  warning: { number: 13, text: 'WARN' },
  info: { number: 9, text: 'INFO' },
  hint: { number: 5, text: 'DEBUG' },
};
