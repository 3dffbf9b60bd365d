import type { ChainStep, Evidence, Finding, Severity } from '../model/finding.ts';
import type { SourceLocation } from '../model/location.ts';
import { clean } from './clean.ts';
import { relativePath } from './paths.ts';

/** `0.4 ms`, `41 ms`, `1.2 s`. */
export function ms(value: number): string {
  if (value >= 1000) return `${(value / 1000).toFixed(1)} s`;
  return value >= 10 ? `${value.toFixed(0)} ms` : `${Number(value.toFixed(1))} ms`;
}

/** `93 %`, `1.4 %`. */
export function percent(share: number): string {
  const value = share * 100;
  return value >= 10 || value === 0 ? `${value.toFixed(0)} %` : `${Number(value.toFixed(1))} %`;
}

/** `812,345`, the same in every locale. */
export function count(value: number): string {
  return value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 error`, `2 errors`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** `2 errors, 1 warning`; `No findings` when there are none. */
export function tally(findings: readonly Finding[]): string {
  const parts = TALLY_NOUNS.flatMap(([severity, noun]) => {
    const matching = findings.filter((finding) => finding.severity === severity).length;
    return matching > 0 ? [counted(matching, noun)] : [];
  });
  return parts.join(', ') || 'No findings';
}

/** `src/a.js:8:3`; only the file where the line is not known. */
export function place({ file, line, column }: SourceLocation, cwd: string): string {
  const shown = clean(relativePath(file, cwd));
  return line > 0 ? `${shown}:${line}:${column}` : shown;
}

/** A step outwards in words: `called from handler`, `serving GET / in handler`. Without its place. */
export function stepWords({ kind, function: name = '', label = '' }: ChainStep): string {
  const request = kind === 'http-request';
  const words = request ? [label, label && name ? `in ${name}` : name] : [name, label];
  return [STEP_WORDS[kind], ...words].map(clean).filter(Boolean).join(' ');
}

/** `Measured: 31 times, 930 ms in all, 31 ms at most, 93 % of the loop's time, in GET /`. */
export function evidenceWords({ count: times, totalMs, maxMs, loopShare, routes }: Evidence): string {
  const parts = [
    counted(times, 'time'),
    `${ms(totalMs)} in all`,
    `${ms(maxMs)} at most`,
    ...(loopShare > 0 ? [`${percent(loopShare)} of the loop's time`] : []),
    ...(routes.length > 0 ? [`in ${routes.map(clean).join(', ')}`] : []),
  ];
  return `Measured: ${parts.join(', ')}`;
}

/** The place of a step, where it has one. */
export function stepPlace({ file, line, column }: ChainStep, cwd: string): string | undefined {
  return file === undefined ? undefined : place({ file, line: line ?? 0, column: column ?? 1 }, cwd);
}

const TALLY_NOUNS: [Severity, string][] = [
  ['error', 'error'],
  ['warning', 'warning'],
  ['info', 'note'],
  ['hint', 'hint'],
];

const STEP_WORDS: Record<ChainStep['kind'], string> = {
  call: 'called from',
  await: 'awaited in',
  then: 'then in',
  timer: 'timer set in',
  event: 'on event in',
  all: 'awaited together in',
  'http-request': 'serving',
  message: '',
  library: 'through',
};
