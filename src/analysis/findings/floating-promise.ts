import { millis } from '../../base/figures.ts';
import type { Finding } from '../../model/finding.ts';
import type { Frame } from '../../model/location.ts';
import { microsToMillis, round1 } from '../../model/units.ts';
import type { FloatingCall } from '../../model/source-facts.ts';
import { SourceFunctions } from '../contexts/functions.ts';
import type { FindingRule, Measured } from '../measured.ts';
import type { WaitRecord } from '../passes/waits.ts';
import { locationOf, ownFrames } from '../places.ts';
import { lastName } from '../profile/frame-cause.ts';
import { recheckCount } from '../recheck.ts';
import { ascending, quantile } from '../statistics.ts';
import { inRoutes } from '../words.ts';

/** Work that nobody awaits goes on after its request was answered; the source proves that nobody handles its errors. */
export const floatingPromise: FindingRule = {
  id: 'floating-promise',
  find: (measured, _earlier, problems) => {
    const proven = measured.facts.flatMap(({ file, floating }) =>
      (floating ?? []).map((call) => ({ file, call, seen: afterTheAnswer(file, call, measured) })),
    );
    return [...proven, ...acrossFiles(measured)].flatMap(({ file, call, seen }) => {
      if (seen.size === 0) return [];
      const needed = measured.thresholds.floatingPromise.requests;
      if (seen.size >= needed) return [describe(file, call, seen, measured)];
      const what = `${call.callee}() went on after ${seen.size} answers`;
      problems.push(recheckCount('floating-promise', what, needed));
      return [];
    });
  },
};

interface Floating {
  file: string;
  call: FloatingCall;
  /** By request. */
  seen: Map<number, Seen>;
}

interface Seen {
  /** How long after the answer it was seen at work, µs. */
  afterUs: number;
  waits: Frame;
}

/** Requests that were answered while the call was still waiting for something. */
function afterTheAnswer(file: string, { callee }: FloatingCall, measured: Measured): Map<number, Seen> {
  const seen = new Map<number, Seen>();
  for (const sample of measured.waits.samples) {
    const late = lateWait(sample, measured);
    if (!late) continue;
    const { frames, outermost } = late;
    // Whoever awaited it would stand further out.
    if (outermost.file !== file && !frames.some((frame) => frame.file === file)) continue;
    if (lastName(outermost.function) === callee) see(seen, sample, late, measured);
  }
  return seen;
}

/**
 * The same where the function is declared in another file than the call: it was seen to be awaited by nobody, its source
 * hands errors on to its caller, and only one line calls something of its name and drops what it gets.
 */
function acrossFiles(measured: Measured): Floating[] {
  const source = new SourceFunctions(measured.facts);
  const dropped = new Map<string, Floating[]>();
  for (const { file, calls } of measured.facts) {
    for (const call of calls) {
      if (!call.dropped) continue;
      const { callee, line, column } = call;
      const floating = { file, call: { callee, line, column }, seen: new Map<number, Seen>() };
      dropped.set(callee, [...(dropped.get(callee) ?? []), floating]);
    }
  }
  if (dropped.size === 0) return [];
  for (const sample of measured.waits.samples) {
    const late = lateWait(sample, measured);
    if (!late || !late.alone) continue;
    const [only, ...others] = dropped.get(lastName(late.outermost.function)) ?? [];
    if (only && others.length === 0 && source.at(late.outermost)?.rejects)
      see(only.seen, sample, late, measured);
  }
  return [...dropped.values()].flat();
}

/** A wait for a request that had been answered. What a client gave up goes on without fault. */
interface LateWait {
  frames: Frame[];
  outermost: Frame;
  /** No function of a package awaits it either. */
  alone: boolean;
}

function lateWait(
  { request: id, timeUs, stack }: WaitRecord,
  { requests, tables }: Measured,
): LateWait | undefined {
  const request = requests.get(id);
  if (!request || request.endUs < 0 || request.status === 0 || timeUs <= request.endUs) return undefined;
  const frames = ownFrames(stack, tables);
  const outermost = frames.at(-1);
  const last = tables.frames[(tables.stacks[stack] ?? []).at(-1) ?? 0];
  return outermost && { frames, outermost, alone: last === outermost };
}

function see(
  seen: Map<number, Seen>,
  { request, timeUs, settledUs }: WaitRecord,
  { frames }: LateWait,
  measured: Measured,
): void {
  const afterUs = Math.max(timeUs, settledUs) - measured.requests.get(request)!.endUs;
  seen.set(request, { afterUs: Math.max(afterUs, seen.get(request)?.afterUs ?? 0), waits: frames[0]! });
}

function describe(file: string, call: FloatingCall, seen: Map<number, Seen>, measured: Measured): Finding {
  const after = ascending([...seen.values()].map(({ afterUs }) => microsToMillis(afterUs)));
  const routes = [...new Set([...seen.keys()].flatMap((id) => measured.requests.route(id) ?? []))];
  const [first] = seen.values();
  const total = after.reduce((sum, ms) => sum + ms, 0);
  return {
    rule: 'floating-promise',
    severity: 'warning',
    confidence: 'measured',
    message: `Nobody awaits ${call.callee}(): it was still at work ${millis(total / after.length)} after the answer of ${after.length} requests${inRoutes(routes)}, and an error in it would end the process`,
    location: { file, line: call.line, column: call.column },
    evidence: {
      count: after.length,
      totalMs: round1(total),
      maxMs: round1(after.at(-1)!),
      p99Ms: round1(quantile(after, 0.99)),
      loopShare: 0,
      routes,
    },
    chain: routes.map((label) => ({ kind: 'http-request' as const, label })),
    related: first ? [{ message: 'waits here', location: locationOf(first.waits) }] : [],
  };
}
