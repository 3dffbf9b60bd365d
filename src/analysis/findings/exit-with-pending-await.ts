import { millis } from '../../base/figures.ts';
import type { Finding } from '../../model/finding.ts';
import type { Frame } from '../../model/location.ts';
import { microsToMillis, round1 } from '../../model/units.ts';
import type { FindingRule, Measured } from '../measured.ts';
import { locationOf, ownFrames, stepsOf } from '../places.ts';

/** Node's exit code for a top-level await that never settled. */
const UNSETTLED = 13;

/** The program ended because nothing was left that could ever settle its top-level await. */
export const exitWithPendingAwait: FindingRule = {
  id: 'exit-with-pending-await',
  find: (measured, _earlier, problems) => {
    const exit = measured.notes.find((note) => note.kind === 'exit' && note.code === UNSETTLED);
    if (!exit) return [];
    const waiting = topLevelWait(measured);
    if (waiting) return [describe(waiting, exit.timeUs)];
    problems.push({
      code: 'exit-without-place',
      message: `The program ended with exit code ${UNSETTLED}: a top-level await never settled. It was not seen which.`,
    });
    return [];
  },
};

interface Waiting {
  frames: Frame[];
  bornUs: number;
}

/** The deepest chain of awaits that ends at the top level of a module, of the promises pending at the end. */
function topLevelWait({ pending, waits, tables }: Measured): Waiting | undefined {
  const open = [
    ...pending.records,
    // A program that ends by itself may end before its pending promises are told.
    ...waits.samples.filter(({ settledUs }) => settledUs < 0),
  ];
  const chains = open
    .map(({ stack, bornUs }) => ({ frames: ownFrames(stack, tables), bornUs }))
    .filter(({ frames }) => frames.length > 0 && isTopLevel(frames.at(-1)!))
    .sort((a, b) => b.frames.length - a.frames.length);
  return chains[0];
}

function isTopLevel({ function: name }: Frame): boolean {
  return name === undefined || name === '' || name === '<anonymous>';
}

function describe({ frames, bornUs }: Waiting, endUs: number): Finding {
  const [at, ...outer] = frames;
  const ms = microsToMillis(Math.max(0, endUs - Math.max(0, bornUs)));
  return {
    rule: 'exit-with-pending-await',
    severity: 'error',
    confidence: 'certain',
    message: `The program ended with exit code ${UNSETTLED} after waiting here for ${millis(ms)}: nothing was left that could settle the promise`,
    location: locationOf(at!),
    evidence: {
      count: 1,
      totalMs: round1(ms),
      maxMs: round1(ms),
      p99Ms: round1(ms),
      loopShare: 0,
      routes: [],
    },
    chain: stepsOf(outer),
    related: [],
  };
}
