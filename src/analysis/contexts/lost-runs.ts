import type { ContextSample } from '../../model/note.ts';
import type { ProfileIndex } from '../profile/profile-index.ts';
import type { Requests } from '../passes/requests.ts';
import type { Work } from '../passes/work.ts';

/** From here on a profile tells how much of a stretch the program ran, µs. */
const LONG_US = 5_000;

/** A time that a callback ran without its store, with whatever came of it. */
export interface LostRun {
  /** Time on the loop, µs: of the executions that it ran in, and of those that it led to. */
  us: number;
  /** Their stretches of time on the loop, by their index in {@link Work.spans}. */
  spans: number[];
}

/**
 * What ran without a store: what is created in a callback that lost it runs without it too, until the program sets one.
 *
 * ```
 *   socket    |-- driver -- callback: setTimeout --|
 *   Timeout                                            |-- response.end() --|
 *             |<------------ 1 run ----------------|   |<--- the same run ->|
 * ```
 */
export class LostRuns {
  readonly #work: Work;
  readonly #profile: ProfileIndex;
  /** Of what was created without the store: the run that led to it. */
  readonly #byId = new Map<number, LostRun>();
  /** Stretches that a run has: several callbacks may share one. */
  readonly #taken = new Set<number>();

  constructor({ work, profile }: { work: Work; profile: ProfileIndex }) {
    this.#work = work;
    this.#profile = profile;
  }

  /** Of whatever this execution is part of; undefined where it is not known to be without the store. */
  of(execution: number): LostRun | undefined {
    return this.#byId.get(execution);
  }

  /** Something was created in a callback that ran without its store, in an execution that belongs to others. */
  begin(run: LostRun, { id }: ContextSample): void {
    this.#take(run, this.#work.ids.bornUs(id));
    this.lead(run, id);
  }

  /** What was created in a run runs without the store as well. */
  lead(run: LostRun, id: number): void {
    if (this.#byId.has(id)) return;
    this.#byId.set(id, run);
    this.#take(run, this.#work.ids.begunUs(id));
  }

  #take(run: LostRun, us: number): void {
    const { spans } = this.#work;
    const at = us < 0 ? spans.length : spans.firstEndingAfter(us);
    if (at >= spans.length || spans.start(at) > us || this.#taken.has(at)) return;
    this.#taken.add(at);
    run.spans.push(at);
    run.us += this.#ranUs(spans.start(at), spans.end(at));
  }

  /** Long stretches may hold time in which the machine gave the program no processor: then its profile has no samples. */
  #ranUs(startUs: number, endUs: number): number {
    const us = endUs - startUs;
    if (us < LONG_US || this.#profile.length === 0) return us;
    let samples = 0;
    for (const [{ path }, count] of this.#profile.count(startUs, endUs)) {
      if (path.kind !== 'idle') samples += count;
    }
    return samples === 0 ? us : Math.min(us, samples * this.#profile.intervalUs);
  }
}

/** Requests of some routes: those that were answered, and those of them that were answered in such a run. */
export function answeredIn(
  runs: Iterable<LostRun>,
  routes: readonly string[],
  { work, requests }: { work: Work; requests: Requests },
): { all: number; lost: number } {
  const spans = new Set<number>();
  for (const run of runs) for (const span of run.spans) spans.add(span);
  let all = 0;
  let lost = 0;
  for (const { route, endUs, status } of requests.records) {
    if (endUs < 0 || status === 0 || !routes.includes(route)) continue;
    all++;
    // An end is told in the execution that it happens in, which may end in the same µs.
    const at = work.spans.firstEndingAfter(endUs - 1);
    if (spans.has(at) && work.spans.start(at) <= endUs) lost++;
  }
  return { all, lost };
}
