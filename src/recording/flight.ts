import { EVENT_WORDS, Op } from '../model/event.ts';
import type { Note } from '../model/note.ts';
import type { Problem } from '../model/problem.ts';
import type {
  CpuProfile,
  RecordingHeader,
  RecordingTables,
  RecordingTrailer,
  Rejection,
  StallStack,
} from '../model/recording.ts';
import type { RecordingWriter } from './contract.ts';
import { createFlightStore } from './flight-store.ts';

/** Room for packed events: half a minute of some 400,000 events a second. */
const MAX_BYTES = 128 << 20;
/** Saving waits for the file when this much is on the way to it. */
const MAX_BACKLOG = 32 << 20;

export interface FlightOptions {
  /** How much is kept, ms. */
  keepMs: number;
  /** Room for packed events, bytes. */
  maxBytes?: number;
}

/** A recording of which only the last seconds are kept, in memory, until it ends. */
export interface FlightRecorder {
  /** Its `end` writes what is kept. */
  readonly writer: RecordingWriter;
  /** From now on nothing grows too old: what is to be kept has happened. `what` is the beginning of a sentence. */
  hold: (what: string) => void;
  /** The trailer that was written: of what was kept. Undefined before the end. */
  readonly saved: RecordingTrailer | undefined;
}

/**
 * Puts a bounded memory before a file. What is saved is a recording like any other, as if it had begun with the oldest
 * event kept: times count from there, and what is older has an unknown origin. Tables are kept whole, so that
 * numbers stay what they are.
 * @param begin opens the file; called when the recording ends
 */
export function createFlightRecorder(
  begin: (header: RecordingHeader) => RecordingWriter,
  header: RecordingHeader,
  { keepMs, maxBytes = MAX_BYTES }: FlightOptions,
): FlightRecorder {
  const keepUs = keepMs * 1000;
  const store = createFlightStore(maxBytes);
  const tables: RecordingTables = { types: [], labels: [], frames: [], stacks: [] };
  const rare: Rare = { stalls: [], rejections: [], profiles: [], notes: [] };
  let held: { what: string; atUs: number } | undefined;
  let saved: RecordingTrailer | undefined;

  const forget = (): void => {
    if (held) return;
    const fromUs = store.newestUs - keepUs;
    store.dropBefore(fromUs);
    rare.stalls = rare.stalls.filter(({ timeUs }) => timeUs >= fromUs);
    rare.rejections = rare.rejections.filter(({ timeUs }) => timeUs >= fromUs);
    rare.profiles = rare.profiles.filter(({ endUs }) => endUs >= fromUs);
    rare.notes = notesFrom(rare.notes, fromUs);
  };

  const save = async (trailer: RecordingTrailer): Promise<void> => {
    forget();
    const startUs = store.oldestUs();
    const present = store.threads();
    const file = begin({
      ...header,
      startedAt: header.startedAt + startUs / 1000,
      attachedLate: header.attachedLate || startUs > 0,
    });
    file.tables(tables);
    const notes = rare.notes.filter(
      ({ kind, thread, timeUs }) => kind !== 'thread' || timeUs >= startUs || present.has(thread),
    );
    for (const note of notes) if (note.kind === 'thread') file.note(noteSince(note, startUs));
    const sums = { events: 0, dropped: 0 };
    for await (const { thread, words } of store.take()) {
      sums.events += words.length / EVENT_WORDS;
      sums.dropped += countDropped(words);
      file.events({ thread, words: wordsSince(words, startUs) });
      while (file.backlog > MAX_BACKLOG) await pause();
    }
    for (const stall of rare.stalls) file.stall({ ...stall, timeUs: stall.timeUs - startUs });
    for (const late of rare.rejections) file.rejection({ ...late, timeUs: late.timeUs - startUs });
    for (const profile of rare.profiles) file.profile(profileSince(profile, startUs));
    for (const note of notes) if (note.kind !== 'thread') file.note(noteSince(note, startUs));
    const durationUs = Math.max(0, trailer.durationUs - startUs);
    const { produced, ...rest } = trailer;
    saved = {
      ...rest,
      // Of what is not kept any more, nobody knows how much was dropped when.
      ...(startUs === 0 && produced !== undefined && { produced }),
      durationUs,
      events: sums.events,
      dropped: startUs === 0 ? trailer.dropped : sums.dropped,
      problems: [
        told(held && { what: held.what, beforeUs: held.atUs - startUs }, durationUs),
        ...shortened(store.overflowUs, keepMs, maxBytes, durationUs),
        ...trailer.problems,
      ],
    };
    await file.end(saved);
  };

  return {
    writer: {
      events: (batch) => {
        store.add(batch);
        forget();
      },
      tables: (added) => {
        for (const type of added.types ?? []) tables.types.push(type);
        for (const label of added.labels ?? []) tables.labels.push(label);
        for (const frame of added.frames ?? []) tables.frames.push(frame);
        for (const stack of added.stacks ?? []) tables.stacks.push(stack);
      },
      stall: (stall) => void rare.stalls.push(stall),
      rejection: (rejection) => void rare.rejections.push(rejection),
      profile: (profile) => void rare.profiles.push(profile),
      note: (note) => void rare.notes.push(note),
      // Memory is not a queue: nothing gets shorter by waiting.
      backlog: 0,
      end: save,
    },
    hold: (what) => {
      forget();
      held ??= { what, atUs: store.newestUs };
    },
    get saved() {
      return saved;
    },
  };
}

/** What is not an event, in the order in which it came. */
interface Rare {
  stalls: StallStack[];
  rejections: Rejection[];
  profiles: CpuProfile[];
  notes: Note[];
}

/** Who takes part is kept whatever its age, and so is each thread's mode at that time. */
function notesFrom(notes: Note[], fromUs: number): Note[] {
  if (!notes.some(({ kind, timeUs }) => timeUs < fromUs && kind !== 'thread')) return notes;
  const modes = new Map<string, Note>();
  for (const note of notes) if (note.kind === 'mode' && note.timeUs < fromUs) modes.set(note.thread, note);
  return notes.filter(
    (note) => note.timeUs >= fromUs || note.kind === 'thread' || modes.get(note.thread) === note,
  );
}

function noteSince(note: Note, startUs: number): Note {
  const timeUs = Math.max(0, note.timeUs - startUs);
  if (note.kind === 'handled-late') return { ...note, timeUs, rejectedUs: note.rejectedUs - startUs };
  return { ...note, timeUs };
}

/** Changes the times of events in place. An Init has none. */
function wordsSince(words: Int32Array, startUs: number): Int32Array {
  const shift = startUs | 0;
  for (let at = 0; at < words.length; at += EVENT_WORDS) {
    if ((words[at]! & 0xff) !== Op.Init) words[at + 2] = (words[at + 2]! - shift) | 0;
  }
  return words;
}

function countDropped(words: Int32Array): number {
  let sum = 0;
  for (let at = 0; at < words.length; at += EVENT_WORDS) {
    if ((words[at]! & 0xff) === Op.Dropped) sum += words[at + 1]!;
  }
  return sum;
}

/** Without the samples of what is not kept. */
function profileSince(profile: CpuProfile, startUs: number): CpuProfile {
  const first = profile.times.findIndex((time) => time >= startUs);
  const from = first < 0 ? profile.times.length : first;
  return {
    ...profile,
    startUs: Math.max(profile.startUs, startUs) - startUs,
    endUs: profile.endUs - startUs,
    samples: profile.samples.slice(from),
    times: profile.times.slice(from).map((time) => time - startUs),
  };
}

function told(held: { what: string; beforeUs: number } | undefined, durationUs: number): Problem {
  const kept = held
    ? `${held.what}; kept are the ${seconds(held.beforeUs)} before that was seen and the ${seconds(durationUs - held.beforeUs)} after it.`
    : `nothing of what was waited for happened; kept are the last ${seconds(durationUs)}.`;
  return { code: 'flight-recording', message: `Flight recording: ${kept}` };
}

function shortened(
  overflowUs: number | undefined,
  keepMs: number,
  maxBytes: number,
  durationUs: number,
): Problem[] {
  if (overflowUs === undefined || durationUs >= keepMs * 1000) return [];
  const room = `${(maxBytes / 2 ** 20).toFixed(0)} MB`;
  return [
    {
      code: 'flight-shortened',
      message: `Only ${seconds(durationUs)} of the ${seconds(keepMs * 1000)} to keep fitted into ${room} of memory.`,
    },
  ];
}

const seconds = (us: number): string => `${(Math.max(0, us) / 1e6).toFixed(1)} s`;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
