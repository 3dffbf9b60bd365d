import { millis } from '../../base/figures.ts';
import type { Finding } from '../../model/finding.ts';
import type { Frame } from '../../model/location.ts';
import { microsToMillis, round1 } from '../../model/units.ts';
import type { FloatingCall } from '../../model/source-facts.ts';
import type { FindingRule, Measured } from '../measured.ts';
import { locationOf, ownFrames } from '../places.ts';
import { lastName } from '../profile/frame-cause.ts';
import { recheckCount } from '../recheck.ts';
import { ascending, quantile } from '../statistics.ts';
import { inRoutes } from '../words.ts';

/** Work that nobody awaits goes on after its request was answered; the source proves that nobody handles its errors. */
export const floatingPromise: FindingRule = {
  id: 'floating-promise',
  find: (measured, _earlier, problems) =>
    measured.facts.flatMap(({ file, floating }) =>
      (floating ?? []).flatMap((call) => {
        const seen = afterTheAnswer(file, call, measured);
        if (seen.size === 0) return [];
        const needed = measured.thresholds.floatingPromise.requests;
        if (seen.size < needed) {
          problems.push(
            recheckCount('floating-promise', `${call.callee}() went on after ${seen.size} answers`, needed),
          );
          return [];
        }
        return [describe(file, call, seen, measured)];
      }),
    ),
};

interface Seen {
  /** How long after the answer it was seen at work, µs. */
  afterUs: number;
  waits: Frame;
}

/** Requests that were answered while the call was still waiting for something. */
function afterTheAnswer(file: string, { callee }: FloatingCall, measured: Measured): Map<number, Seen> {
  const seen = new Map<number, Seen>();
  for (const sample of measured.waits.samples) {
    const request = measured.requests.get(sample.request);
    if (!request || request.endUs < 0 || sample.timeUs <= request.endUs) continue;
    const frames = ownFrames(sample.stack, measured.tables);
    const outermost = frames.at(-1);
    // Whoever awaited it would stand further out.
    if (!outermost || (outermost.file !== file && !frames.some((frame) => frame.file === file))) continue;
    if (lastName(outermost.function) !== callee) continue;
    const until = Math.max(sample.timeUs, sample.settledUs);
    const afterUs = Math.max(until - request.endUs, seen.get(request.id)?.afterUs ?? 0);
    seen.set(request.id, { afterUs, waits: frames[0]! });
  }
  return seen;
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
