import type { Finding } from '../../model/finding.ts';
import type { StackId } from '../../model/ids.ts';
import type { Frame } from '../../model/location.ts';
import type { Rejection } from '../../model/recording.ts';
import type { FindingRule, Measured } from '../measured.ts';
import { lineKey, locationOf, ownFrames } from '../places.ts';
import { formatTimes } from '../words.ts';

/** A promise was rejected and nobody handled it. */
export const unhandledRejection: FindingRule = {
  id: 'unhandled-rejection',
  find: (measured, _earlier, problems) => {
    const groups = new Map<string, Group>();
    for (const rejection of unhandled(measured)) {
      const stack = framesOf(rejection, measured);
      const at = stack.findIndex((frame) => frame.owner === 'own');
      const origin = stack[at] ?? stack.find((frame) => frame.owner === 'package');
      if (!origin) {
        problems.push({
          code: 'rejection-without-place',
          message: `A promise was rejected with "${rejection.reason}" and nobody handled it; the reason carries no stack.`,
        });
        continue;
      }
      const key = `${lineKey(origin)}\n${kindOf(rejection.reason)}`;
      const group = groups.get(key);
      if (!group) {
        groups.set(key, {
          origin,
          callers: stack.slice(at + 1),
          first: rejection,
          count: 1,
          fatal: rejection.fatal,
        });
        continue;
      }
      group.count++;
      group.fatal ||= rejection.fatal;
    }
    return [...groups.values()].map(describe);
  },
};

/** Those that nobody handled later either. Of the last ones of a line that is late every time, the handling was not seen. */
function unhandled(measured: Measured): Rejection[] {
  const { rejections, notes } = measured;
  const count = new Map<string, number>();
  const late = new Map<string, number>();
  const keyOf = (item: { reason: string; stack: StackId }): string =>
    `${ownFrames(item.stack, measured.tables).slice(0, 1).map(lineKey).join('')}\n${kindOf(item.reason)}`;
  for (const rejection of rejections) count.set(keyOf(rejection), (count.get(keyOf(rejection)) ?? 0) + 1);
  for (const note of notes) {
    if (note.kind === 'handled-late') late.set(keyOf(note), (late.get(keyOf(note)) ?? 0) + 1);
  }
  return rejections.filter((rejection) => {
    const key = keyOf(rejection);
    return rejection.fatal || (late.get(key) ?? 0) < (count.get(key) ?? 0) / 2;
  });
}

interface Group {
  origin: Frame;
  /** Frames outwards from the origin. */
  callers: Frame[];
  first: Rejection;
  count: number;
  fatal: boolean;
}

function describe({ origin, callers, first, count, fatal }: Group): Finding {
  const times = count === 1 ? '' : `, ${formatTimes(count)}`;
  const end = fatal ? ', and the process ended' : '';
  return {
    rule: 'unhandled-rejection',
    severity: 'error',
    confidence: 'measured',
    message: `Nobody handled this rejection${times}${end}: ${first.reason}`,
    location: locationOf(origin),
    evidence: { count, totalMs: 0, maxMs: 0, p99Ms: 0, loopShare: 0, routes: [] },
    chain: callers
      .filter((frame) => frame.owner === 'own')
      .map((frame) => ({ kind: frame.async ?? ('call' as const), ...locationOf(frame) })),
    related: [],
  };
}

function framesOf(rejection: Rejection, { tables }: Measured): Frame[] {
  return (tables.stacks[rejection.stack] ?? []).flatMap((id) => (id === 0 ? [] : (tables.frames[id] ?? [])));
}

/** Messages differ in their data; the kind of error is the same. */
function kindOf(reason: string): string {
  const colon = reason.indexOf(':');
  return colon < 0 ? reason : reason.slice(0, colon);
}
