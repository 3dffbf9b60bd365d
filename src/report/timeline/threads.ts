import type { ThreadNote } from '../../model/note.ts';
import type { RecordingReader } from '../../recording/contract.ts';
import { PauseClock } from '../../recording/pauses.ts';
import type { Moment } from './moments.ts';
import { Standing } from './standing.ts';
import { ThreadTimeline } from './thread-timeline.ts';

/** A thread of a recording. */
export interface TimelineThread {
  id: string;
  name: string;
  pid: number;
  /** Counts from 1 over the recording, the first thread first. */
  number: number;
}

/** The threads of a recording: those of its header, those that joined, those that only their events tell of. */
export class TimelineThreads {
  readonly #byId = new Map<string, TimelineThread>();
  readonly #pid: number;

  constructor({ header, notes }: Pick<RecordingReader, 'header' | 'notes'>) {
    this.#pid = header.target.pid;
    for (const { id, name } of header.target.threads) this.#add(id, name, this.#pid);
    for (const note of notes) if (note.kind === 'thread') this.joined(note);
  }

  joined({ thread, name, pid }: ThreadNote): void {
    if (!this.#byId.has(thread)) this.#add(thread, name, pid);
  }

  get(id: string): TimelineThread {
    return this.#byId.get(id) ?? this.#add(id, id, this.#pid);
  }

  all(): TimelineThread[] {
    return [...this.#byId.values()];
  }

  #add(id: string, name: string, pid: number): TimelineThread {
    const thread = { id, name, pid, number: this.#byId.size + 1 };
    this.#byId.set(id, thread);
    return thread;
  }
}

/** The pauses of a thread: what its clock leaves out. */
export function pauseClockOf({ notes }: Pick<RecordingReader, 'notes'>, thread: string): PauseClock {
  return new PauseClock(notes.filter((note) => note.thread === thread));
}

/** What happened in a recording, batch by batch, so that nobody has to hold all of it. */
export function* moments(
  reader: RecordingReader,
  threads: TimelineThreads,
): Generator<{ thread: TimelineThread; moments: Moment[] }> {
  const entries = new Map<TimelineThread, TimelineEntry>();
  for (const { thread: id, words } of reader.events()) {
    const thread = threads.get(id);
    let entry = entries.get(thread);
    if (!entry) entries.set(thread, (entry = entryOf(reader, id)));
    const { timeline, told, standing, clock } = entry;
    timeline.add(words);
    yield { thread, moments: standing.tell(told.splice(0), clock) };
  }
  for (const [thread, { timeline, told, standing, clock }] of entries) {
    timeline.end();
    yield {
      thread,
      moments: [...standing.tell(told, clock), ...standing.standsBefore(Infinity, clock)],
    };
  }
}

interface TimelineEntry {
  timeline: ThreadTimeline;
  told: Moment[];
  standing: Standing;
  clock: PauseClock;
}

function entryOf(reader: RecordingReader, thread: string): TimelineEntry {
  const told: Moment[] = [];
  return {
    timeline: new ThreadTimeline(reader.tables, (moment) => told.push(moment)),
    told,
    standing: new Standing(),
    clock: pauseClockOf(reader, thread),
  };
}
