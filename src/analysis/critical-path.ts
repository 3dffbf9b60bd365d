import type { PathStep, WaitKind } from '../model/finding.ts';
import type { Frame } from '../model/location.ts';
import type { RecordingTables } from '../model/recording.ts';
import { round1 } from '../model/units.ts';
import type { RouteBreakdown } from './breakdown.ts';
import type { Paths } from './passes/paths.ts';
import type { WaitRecord, Waits } from './passes/waits.ts';
import { Step } from './passes/segment-list.ts';
import { lineKey, locationOf, ownFrames } from './places.ts';
import { waitKindOf } from './wait-kinds.ts';

/** Samples of a route without which its waits have no lines. */
const LEAST_SAMPLES = 10;

/** A line with less of the waiting than this is not told. */
const LEAST_SHARE = 0.03;

/** Samples this close were taken in the same turn of the sampler, µs. */
const SAME_TURN_US = 5_000;

/**
 * The path of a route's requests as a chain: where they wait, in the order in which they do, and how long they run and
 * stand behind others. The kinds and lengths are those of the critical paths; their lines are those at which the
 * requests were seen waiting by the sampler, the innermost of the user's own.
 */
export function criticalPath(
  { requests, waitsFor, mean }: RouteBreakdown,
  { waits, paths, tables }: { waits: Waits; paths: Paths; tables: RecordingTables },
): PathStep[] {
  const byRequest = samplesOf(waits, new Set(requests.map(({ record }) => record.id)));
  const lines = new Map<string, Line>();
  let all = 0;
  for (const { record } of requests) {
    for (const sample of byRequest.get(record.id) ?? []) {
      const frames = ownFrames(sample.stack, tables);
      const [frame] = frames;
      if (!frame || sample.timeUs < record.startUs || sample.timeUs > record.endUs) continue;
      const key = frames.map(lineKey).join('\r');
      const line = lines.get(key) ?? {
        key,
        frame,
        count: 0,
        seen: 0,
        offsetUs: 0,
        kinds: new Map<WaitKind, number>(),
      };
      line.count++;
      line.seen++;
      all++;
      line.offsetUs += sample.timeUs - record.startUs;
      const kind = kindAt(sample.timeUs, record.path, paths, tables);
      if (kind) line.kinds.set(kind, (line.kinds.get(kind) ?? 0) + 1);
      lines.set(key, line);
    }
  }
  const waiting =
    all < LEAST_SAMPLES
      ? waitsFor.map(({ kind, ms }): PathStep => ({ kind: 'wait', ms, waitsFor: kind }))
      : innermost([...lines.values()])
          .filter(({ count }) => count >= all * LEAST_SHARE)
          .sort((a, b) => a.offsetUs / a.seen - b.offsetUs / b.seen)
          .map(({ frame, count, kinds }): PathStep => {
            const [kind] = [...kinds].sort((a, b) => b[1] - a[1])[0] ?? [];
            return {
              kind: 'wait',
              ms: round1((mean.waitMs * count) / all),
              ...(kind && { waitsFor: kind }),
              ...locationOf(frame),
            };
          });
  const steps: PathStep[] = [
    ...waiting,
    { kind: 'queued', ms: mean.queuedMs },
    { kind: 'microtask', ms: mean.microtaskMs },
    { kind: 'run', ms: mean.runMs },
  ];
  return steps.filter(({ ms }) => ms > 0);
}

interface Line {
  /** Lines of the own frames, the innermost first. */
  key: string;
  frame: Frame;
  count: number;
  /** Samples that ended at this very line, and how far into their requests they were, µs in all. */
  seen: number;
  offsetUs: number;
  kinds: Map<WaitKind, number>;
}

/** Of each request one sample a turn: many of its promises wait for one thing, and the deepest stack tells which. */
function samplesOf(waits: Waits, requests: ReadonlySet<number>): Map<number, WaitRecord[]> {
  const byRequest = new Map<number, WaitRecord[]>();
  for (const sample of waits.samples) {
    if (!requests.has(sample.request) || sample.stack === 0) continue;
    const list = byRequest.get(sample.request);
    if (!list) byRequest.set(sample.request, [sample]);
    else if (sample.timeUs - list.at(-1)!.timeUs > SAME_TURN_US) list.push(sample);
    else if (sample.bornUs > list.at(-1)!.bornUs) list[list.length - 1] = sample;
  }
  return byRequest;
}

function kindAt(
  us: number,
  path: { first: number; count: number },
  { segments }: Paths,
  tables: RecordingTables,
): WaitKind | undefined {
  for (let i = path.first; i < path.first + path.count; i++) {
    if (segments.fromUs(i) > us || segments.toUs(i) < us) continue;
    if (segments.step(i) === Step.Wait) return waitKindOf(tables.types[segments.type(i)] ?? '');
    if (segments.step(i) === Step.Other) return 'other-request';
  }
  return undefined;
}

/**
 * Each function on the way has a promise of its own that waits as long as the innermost one: what was seen at an outer
 * line belongs to the inner lines that were seen below it, unless the outer line awaits more than those.
 */
function innermost(lines: Line[]): Line[] {
  const kept: Line[] = [];
  for (const line of lines.sort((a, b) => b.key.length - a.key.length)) {
    const inner = kept.filter(({ key }) => key.endsWith(`\r${line.key}`));
    const below = inner.reduce((sum, { count }) => sum + count, 0);
    if (below < line.count * LEAST_BELOW) {
      kept.push(line);
      continue;
    }
    for (const one of inner) one.count += (line.count * one.count) / below;
  }
  return byPlace(kept);
}

/** With fewer samples below an outer line than this share of its own, it awaits something else too. */
const LEAST_BELOW = 0.4;

function byPlace(lines: readonly Line[]): Line[] {
  const places = new Map<string, Line>();
  for (const line of lines) {
    const known = places.get(lineKey(line.frame));
    if (!known) {
      places.set(lineKey(line.frame), line);
      continue;
    }
    known.count += line.count;
    known.seen += line.seen;
    known.offsetUs += line.offsetUs;
    for (const [kind, count] of line.kinds) known.kinds.set(kind, (known.kinds.get(kind) ?? 0) + count);
  }
  return [...places.values()];
}
