import { millis } from '../../base/figures.ts';
import type { Finding } from '../../model/finding.ts';
import type { HandledLateNote } from '../../model/note.ts';
import { microsToMillis, round1 } from '../../model/units.ts';
import type { FindingRule } from '../measured.ts';
import { byPlace } from '../noted-places.ts';
import type { NotedPlace } from '../noted-places.ts';
import { locationOf, stepsOf } from '../places.ts';
import { ascending, quantile } from '../statistics.ts';
import { formatTimes } from '../words.ts';

/** A rejection was handled, but only after it had been reported as unhandled. */
export const rejectionHandledLate: FindingRule = {
  id: 'rejection-handled-late',
  find: (measured, _earlier, problems) => {
    const notes = measured.notes.filter((note) => note.kind === 'handled-late');
    const { places, lost } = byPlace(notes, measured);
    if (lost > 0) {
      problems.push({
        code: 'rejection-without-place',
        message: `${lost} rejections were handled late; their reasons carry no stack of your code.`,
      });
    }
    return places.map(describe);
  },
};

function describe({ frames, notes }: NotedPlace<HandledLateNote>): Finding {
  const [at, ...outer] = frames;
  const [first] = notes;
  const late = ascending(notes.map((note) => microsToMillis(Math.max(0, note.timeUs - note.rejectedUs))));
  const times = notes.length === 1 ? '' : ` ${formatTimes(notes.length)},`;
  return {
    rule: 'rejection-handled-late',
    severity: 'warning',
    confidence: 'measured',
    message: `This rejection was handled${times} ${millis(late.at(-1)!)} after it had been reported as unhandled, which ends a process by default: ${first!.reason}`,
    location: locationOf(at!),
    evidence: {
      count: notes.length,
      totalMs: round1(late.reduce((sum, ms) => sum + ms, 0)),
      maxMs: round1(late.at(-1)!),
      p99Ms: round1(quantile(late, 0.99)),
      loopShare: 0,
      routes: [],
    },
    chain: stepsOf(outer),
    related: [],
  };
}
