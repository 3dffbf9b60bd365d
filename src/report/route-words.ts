import type { RouteSummary, TimeShares, WaitKind } from '../model/finding.ts';
import { clean } from './clean.ts';
import { ms } from './words.ts';

/** Routes that are told in text. */
const SHOWN = 5;

/** A route whose slow requests take less than this needs no account of its time, ms. */
const LEAST_MS = 50;

/** Where the time of the slowest routes went, one line each, and who made them late. */
export function routeLines(routes: readonly RouteSummary[]): string[] {
  return routes
    .filter(({ breakdown }) => breakdown && breakdown.p95.totalMs >= LEAST_MS)
    .sort((a, b) => b.breakdown!.p95.totalMs - a.breakdown!.p95.totalMs)
    .slice(0, SHOWN)
    .flatMap((route) => [accountLine(route), ...(route.latest ? [`  ${clean(route.latest.message)}`] : [])]);
}

/** `GET /b  p50 41 ms, p95 133 ms: 59 ms waiting (timers 41 ms), 72 ms ready behind others, 1.6 ms running` */
function accountLine({ route, p50Ms, breakdown, waitsFor = [] }: RouteSummary): string {
  const { p95 } = breakdown!;
  const most = mostWaitedFor(waitsFor);
  const on = most === undefined ? '' : ` (mostly for ${clean(most)})`;
  return `${clean(route)}  p50 ${ms(p50Ms)}, p95 ${ms(p95.totalMs)}: ${parts(p95, on).join(', ')}`;
}

/** What takes most of the waiting, in words: questions to one host are one thing. */
function mostWaitedFor(waitsFor: NonNullable<RouteSummary['waitsFor']>): string | undefined {
  const sums = new Map<string, number>();
  for (const { kind, detail = '', ms: spent } of waitsFor) {
    const host = /^\S+ https?:\/\/([^/?#]+)/.exec(detail)?.[1];
    const words = host === undefined ? WAIT_WORDS[kind] : `${WAIT_WORDS[kind]} of ${host}`;
    sums.set(words, (sums.get(words) ?? 0) + spent);
  }
  return [...sums].sort((a, b) => b[1] - a[1])[0]?.[0];
}

function parts(shares: TimeShares, on: string): string[] {
  const all: [number, string][] = [
    [shares.waitMs, `waiting${on}`],
    [shares.queuedMs, 'ready behind others'],
    [shares.microtaskMs, 'in the microtask queue'],
    [shares.runMs, 'running'],
  ];
  return all.filter(([value]) => value >= 0.5).map(([value, words]) => `${ms(value)} ${words}`);
}

const WAIT_WORDS: Record<WaitKind, string> = {
  timer: 'timers',
  fs: 'files',
  dns: 'name look-ups',
  net: 'the network',
  http: 'HTTP answers',
  'child-process': 'child processes',
  worker: 'workers',
  crypto: 'crypto jobs',
  zlib: 'compression',
  'other-request': 'other requests',
  unknown: 'something unknown',
};
