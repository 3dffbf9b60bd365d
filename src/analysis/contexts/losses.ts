import type { Frame } from '../../model/location.ts';
import type { ContextSample } from '../../model/note.ts';
import type { Measured } from '../measured.ts';
import { SourceFunctions } from './functions.ts';
import type { SourceFunction } from './functions.ts';
import { answeredIn, LostRuns } from './lost-runs.ts';
import type { LostRun } from './lost-runs.ts';

/** A callback that ran without the store that was there when it was made. */
export interface Loss {
  /** Of the callback: where it was when it was seen. */
  frame: Frame;
  /** Who called it, innermost first. */
  callers: Frame[];
  /** A place, in the function that the callback is written in, where the store was there. */
  madeIn: Frame;
  /** Index of the storage, and its name; '' without one. */
  storage: number;
  name: string;
  /** Executions in which it ran without, and those in which it was seen at all. */
  count: number;
  ran: number;
  /** How long it ran without, each time, with what came of it, µs; none where that is not known. */
  runsUs: number[];
  /** Of the requests of {@link routes}: how many were answered, and how many of those in such a run, as far as was seen. */
  answered: { all: number; lost: number };
  /** Share of the program that was looked at, 0..1: the figures above, except `answered.all`, stand for so much. */
  looked: number;
  /** Times that the store was seen where it was made. */
  seen: number;
  /** Type of the resource in whose execution it ran; '' = not known. */
  resource: string;
  /** Routes of the executions in which the store was there. */
  routes: string[];
}

/**
 * The edges at which a store of AsyncLocalStorage got lost, from creations of which it is known which stores were there.
 *
 * Node hands the stores on to whatever is created. What it cannot know is a callback that the program keeps by itself and calls
 * later from somewhere else: a queue, an emitter. The proof is the source: a callback is made by the function that it is
 * written in. When a store was always there in that function, and the callback runs without it, called from an execution
 * that the function did not lead to, then it was lost on the way.
 *
 * ```
 *   function handle(id) {              store: there, each time it was seen
 *     pool.acquire((connection) => {   store: none, called by `release` in the execution of a socket
 * ```
 */
export function lostContexts(measured: Measured): Loss[] {
  const sightings = sightingsOf(measured);
  const width = Math.max(0, ...sightings.map(({ sample }) => sample.stores.length));
  const looked = lookedAt(sightings, measured);
  const losses: Loss[] = [];
  for (let storage = 0; storage < width; storage++) {
    losses.push(...lossesOf(storage, sightings, measured).map((loss) => ({ ...loss, looked })));
  }
  return losses;
}

/** Of what was created since the first look, the share that was looked at. */
function lookedAt(sightings: readonly Sighting[], { work, creations }: Measured): number {
  const first = sightings.find(({ sample }) => work.ids.bornUs(sample.id) >= 0);
  const created = first ? creations.since(work.ids.bornUs(first.sample.id)) : 0;
  return created > sightings.length ? sightings.length / created : 1;
}

/** A sample with what its stack says. */
interface Sighting {
  sample: ContextSample;
  /** When it was told, in heartbeats. */
  timeUs: number;
  names: readonly string[];
  frames: Frame[];
  /** Of each frame the function it is in; undefined where the source is not known, or not the user's. */
  functions: (SourceFunction | undefined)[];
  /** Frames that surely ran with the stores of the sample: those up to the next one that changes them. */
  same: number;
}

function sightingsOf({ notes, tables, facts }: Measured): Sighting[] {
  const source = new SourceFunctions(facts);
  const sightings: Sighting[] = [];
  for (const note of notes) {
    if (note.kind !== 'contexts') continue;
    for (const sample of note.samples) {
      const frames = (tables.stacks[sample.stack] ?? []).flatMap((id) => tables.frames[id] ?? []);
      const sync = frames.findIndex((frame) => frame.async !== undefined);
      if (sync >= 0) frames.length = sync;
      const functions = frames.map((frame) =>
        frame.owner === 'own' && !frame.unmapped ? source.at(frame) : undefined,
      );
      const top = frames.findIndex((frame) => frame.owner !== 'node');
      const change = frames.findIndex((frame, at) => top >= 0 && at > top && changesContext(frame));
      sightings.push({
        sample,
        timeUs: note.timeUs,
        names: note.names,
        frames,
        functions,
        same: change < 0 ? frames.length : change,
      });
      if (sightings.length >= MAX_SIGHTINGS) return sightings;
    }
  }
  return sightings;
}

const MAX_SIGHTINGS = 100_000;

/** `AsyncLocalStorage.run`, `exit`, `snapshot`, `AsyncResource.runInAsyncScope`: outside of it, other stores may be there. */
function changesContext({ owner, file }: Frame): boolean {
  return owner === 'node' && /async_(hooks|local_storage|context_frame)/.test(file);
}

/** What was seen of one storage in a function. */
interface Record {
  seen: number;
  without: number;
  place: Frame;
  /** What was created there with the store. */
  made: Set<number>;
  /** The executions in which it ran with the store. */
  withStore: Set<string>;
}

function lossesOf(
  storage: number,
  sightings: readonly Sighting[],
  measured: Measured,
): Omit<Loss, 'looked'>[] {
  const { samples: enough, makers } = measured.thresholds.lostContext;
  const functions = storesByFunction(storage, sightings, measured);
  const isMaker = (fn: SourceFunction): boolean => {
    const record = functions.get(fn);
    return record !== undefined && record.without === 0 && record.seen >= makers;
  };
  const byId = new Map(sightings.map((sighting) => [sighting.sample.id, sighting]));
  const beats = beatsByExecution(sightings);

  const lost = new LostRuns(measured);
  const found = new Map<SourceFunction, { loss: Omit<Loss, 'looked'>; runs: Map<string, LostRun> }>();
  for (const sighting of sightings) {
    const { sample } = sighting;
    if ((sample.stores[storage] ?? 0) !== 0) continue;
    const { execution } = sample;
    const before = lost.of(execution);
    if (before) lost.lead(before, sample.id);
    const edge = edgeOf(sighting, isMaker);
    if (!edge) continue;
    const origin = byId.get(execution);
    // The execution's own resource must come from elsewhere: what led to it is known, or it serves again and again.
    if (origin ? leadsOn(origin, isMaker) : !isShared(execution, beats, measured)) continue;
    const callback = sighting.functions[edge.at]!;
    const known = found.get(callback);
    const runs = known?.runs ?? new Map<string, LostRun>();
    const key = keyOf(sighting, measured);
    const run = runs.get(key) ?? { us: 0, spans: [] };
    runs.set(key, run);
    lost.begin(run, sample);
    if (known) continue;
    const maker = functions.get(edge.maker)!;
    found.set(callback, {
      runs,
      loss: {
        frame: sighting.frames[edge.at]!,
        callers: sighting.frames.slice(edge.at + 1),
        madeIn: maker.place,
        storage,
        name: sighting.names[storage] ?? '',
        count: 0,
        ran: functions.get(callback)!.withStore.size,
        runsUs: [],
        answered: { all: 0, lost: 0 },
        seen: maker.seen,
        resource: measured.tables.types[measured.work.ids.type(execution)] ?? '',
        routes: routesOf(maker.made, measured),
      },
    });
  }
  return [...found.values()].flatMap(({ loss, runs }) => {
    if (runs.size < enough) return [];
    const timed = [...runs.values()].filter(({ us }) => us > 0);
    return [
      {
        ...loss,
        count: runs.size,
        ran: runs.size + loss.ran,
        runsUs: timed.map(({ us }) => us),
        answered: answeredIn(timed, loss.routes, measured),
      },
    ];
  });
}

/** A socket's execution begins anew with each answer: then the clock was read. Heartbeats tell them apart where that is not known. */
function keyOf({ sample, timeUs }: Sighting, { work }: Measured): string {
  const bornUs = work.ids.bornUs(sample.id);
  return `${sample.execution}@${bornUs < 0 ? timeUs : bornUs}`;
}

/** How often each function ran with a store, and without. */
function storesByFunction(
  storage: number,
  sightings: readonly Sighting[],
  measured: Measured,
): Map<SourceFunction, Record> {
  const records = new Map<SourceFunction, Record>();
  for (const sighting of sightings) {
    const { sample, frames, functions, same } = sighting;
    const store = sample.stores[storage] ?? 0;
    for (const fn of new Set(functions)) {
      if (!fn) continue;
      const at = functions.indexOf(fn);
      const record = records.get(fn) ?? {
        seen: 0,
        without: 0,
        place: frames[at]!,
        made: new Set<number>(),
        withStore: new Set<string>(),
      };
      if (store <= 0) record.without++;
      else if (at < same) {
        record.withStore.add(keyOf(sighting, measured));
        if (record.seen++ === 0) record.place = frames[at]!;
        if (record.made.size < MAX_MADE) record.made.add(sample.id);
      }
      records.set(fn, record);
    }
  }
  return records;
}

const MAX_MADE = 1_000;

/**
 * The outermost frame of a stack that is in a callback whose maker had the store, and did not call it itself: it is not on the
 * stack.
 */
function edgeOf(
  { functions }: Sighting,
  isMaker: (fn: SourceFunction) => boolean,
): { at: number; maker: SourceFunction } | undefined {
  for (let at = functions.length - 1; at >= 0; at--) {
    for (let maker = functions[at]?.outer; maker; maker = maker.outer) {
      if (isMaker(maker) && !functions.includes(maker)) return { at, maker };
    }
  }
  return undefined;
}

/** Was it created by a maker itself, or by a callback that had lost the store before? Then this is not the edge. */
function leadsOn(origin: Sighting, isMaker: (fn: SourceFunction) => boolean): boolean {
  return origin.functions.some((fn) => {
    for (let one = fn; one; one = one.outer) if (isMaker(one)) return true;
    return false;
  });
}

function beatsByExecution(sightings: readonly Sighting[]): Map<number, Set<number>> {
  const beats = new Map<number, Set<number>>();
  for (const { sample, timeUs } of sightings) {
    const seen = beats.get(sample.execution);
    if (seen) seen.add(timeUs);
    else beats.set(sample.execution, new Set([timeUs]));
  }
  return beats;
}

/** A handle or an interval is called again and again; whatever it was made for, it is not the way of one callback. */
function isShared(execution: number, beats: Map<number, Set<number>>, { tables, work }: Measured): boolean {
  if (execution < 0 || beats.get(execution)!.size > 1) return true;
  return SHARED.has(tables.types[work.ids.type(execution)] ?? '');
}

const SHARED = new Set(
  'TCPWRAP TLSWRAP PIPEWRAP UDPWRAP TTYWRAP PROCESSWRAP WORKER MESSAGEPORT FSEVENTWRAP STATWATCHER HTTP2SESSION SIGNALWRAP HTTPINCOMINGMESSAGE'.split(
    ' ',
  ),
);

function routesOf(made: ReadonlySet<number>, { work, requests }: Measured): string[] {
  const routes = new Set<string>();
  for (const id of made) {
    const route = requests.route(work.ids.request(id));
    if (route !== undefined) routes.add(route);
  }
  return [...routes];
}
