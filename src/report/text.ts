import type { ChainStep, Finding, Report } from '../model/finding.ts';
import type { Problem } from '../model/problem.ts';
import { clean } from './clean.ts';
import { byImportance, byPlace } from './order.ts';
import { paintOf, type Colour, type Paint } from './paint.ts';
import { relativePath } from './paths.ts';
import { waitLines } from './wait-words.ts';
import { routeLines } from './route-words.ts';
import { count, evidenceWords, ms, percent, place, stepPlace, stepWords, tally } from './words.ts';

/** How text is laid out. */
export interface TextOptions {
  /** Files below it are shown relative to it. */
  cwd: string;
  colour: Colour;
}

/**
 * A report for a terminal: how the loop is, the findings with the worst first, what could not be had.
 * Ends with a line break.
 */
export function reportText(report: Report, problems: readonly Problem[], options: TextOptions): string {
  const paint = paintOf(options.colour);
  const findings = byImportance(report.findings);
  const blocks = [
    [paint.strong(clean(report.health.message)), ...figures(report).map((line) => paint.quiet(line))].join(
      '\n',
    ),
    ...findings.map((finding) => findingBlock(finding, options.cwd, paint)),
    routeLines(report.routes).join('\n'),
    waitLines(report.waits, options.cwd).join('\n'),
    ...problemLines(problems, paint),
    paint.strong(`${tally(findings)}.`),
  ].filter(Boolean);
  return `${blocks.join('\n\n')}\n`;
}

/**
 * Hints of `lint` for a terminal. With measured ones among them the worst comes first, with its chain; else one line
 * each, by file. Ends with a line break.
 */
export function hintsText(
  findings: readonly Finding[],
  problems: readonly Problem[],
  options: TextOptions,
): string {
  const paint = paintOf(options.colour);
  const measured = findings.filter((finding) => finding.evidence !== undefined);
  const others = byPlace(findings.filter((finding) => finding.evidence === undefined));
  const files = new Map<string, Finding[]>();
  for (const hint of others) files.set(hint.location.file, [...(files.get(hint.location.file) ?? []), hint]);
  const blocks = [
    ...byImportance(measured).map((hint) => {
      // The sentence of a hint was made from the source: the figures come from the recording.
      const figures = hint.evidence ? [evidenceWords(hint.evidence)] : [];
      return findingBlock(hint, options.cwd, paint, figures);
    }),
    ...[...files].map(([file, hints]) => fileBlock(file, hints, options.cwd, paint)),
    ...problemLines(problems, paint),
    paint.strong(`${tally(findings)}.`),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** Steps of a chain that are shown; the rest is counted. */
const SHOWN_STEPS = 8;
const LABEL_WIDTH = 'warning'.length + 2;

function figures({ health, recording }: Report): string[] {
  const { p50, p99, max } = health.eventLoopDelayMs;
  const loop = [
    `Event loop delay p50 ${ms(p50)}, p99 ${ms(p99)}, max ${ms(max)}`,
    `${percent(health.utilization)} busy`,
    `${percent(health.gcShare)} in garbage collection`,
  ];
  const dropped = recording.dropped > 0 ? `, ${count(recording.dropped)} dropped` : '';
  const own = [
    `${ms(recording.durationMs)} recorded`,
    `${count(recording.events)} events${dropped}`,
    // Of the little that an idle program runs, the recorder's part looks large: what counts is the loop's time.
    `recording took ${percent(recording.overhead.cpuShare * health.utilization)} of the loop's time`,
  ];
  return [loop, own].map((parts) => parts.join(' · '));
}

function findingBlock(finding: Finding, cwd: string, paint: Paint, more: readonly string[] = []): string {
  const { location, chain, related, fix } = finding;
  const label = paint.severity(finding.severity, finding.severity.padEnd(LABEL_WIDTH));
  const shown = chain.slice(0, SHOWN_STEPS);
  const where = [paint.place(place(location, cwd)), location.function && `in ${clean(location.function)}`];
  const lines = [
    ...more.map((text) => [text]),
    [...where, finding.thread && finding.thread !== 'main' ? `thread ${clean(finding.thread)}` : ''],
    ...shown.map((step) => stepParts(step, cwd, paint)),
    chain.length > shown.length ? [paint.quiet(`... and ${chain.length - shown.length} more steps`)] : [],
    ...related.map((other) => [paint.quiet(clean(other.message)), paint.place(place(other.location, cwd))]),
    fix ? [`Fix: ${clean(fix.title)}`] : [],
  ];
  const indent = ' '.repeat(LABEL_WIDTH);
  const body = lines.map((parts) => parts.filter(Boolean).join('  ')).filter(Boolean);
  const head = `${label}${paint.strong(clean(finding.message))}  ${paint.quiet(clean(finding.rule))}`;
  return [head, ...body.map((line) => indent + line)].join('\n');
}

/** `called from handler  a.js:12:5`; a function without a name leaves no gap. */
function stepParts(step: ChainStep, cwd: string, paint: Paint): string[] {
  const at = paint.place(stepPlace(step, cwd) ?? '');
  const words = paint.quiet(stepWords(step));
  return step.function || step.label ? [words, at] : [[words, at].filter(Boolean).join(' ')];
}

function fileBlock(file: string, hints: readonly Finding[], cwd: string, paint: Paint): string {
  const rows = hints.map(({ location, severity, message, rule }) => {
    const at = `${location.line}:${location.column}`.padStart(8);
    const level = paint.severity(severity, severity.padEnd(LABEL_WIDTH));
    return `${paint.quiet(at)}  ${level}${clean(message)}  ${paint.quiet(clean(rule))}`;
  });
  return [paint.place(clean(relativePath(file, cwd))), ...rows].join('\n');
}

function problemLines(problems: readonly Problem[], paint: Paint): string[] {
  const lines = [...new Set(problems.map(({ message }) => clean(message)))];
  return lines.length > 0 ? [lines.map((line) => paint.quiet(`Note: ${line}`)).join('\n')] : [];
}
