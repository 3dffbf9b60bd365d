import type { ThreadNote } from '../../model/note.ts';
import type { RecordingReader } from '../../recording/contract.ts';
import type { Moment } from './moments.ts';
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

/** What happened in a recording, batch by batch, so that nobody has to hold all of it. */
export function* moments(
  reader: RecordingReader,
  threads: TimelineThreads,
): Generator<{ thread: TimelineThread; moments: Moment[] }> {
  const timelines = new Map<TimelineThread, { timeline: ThreadTimeline; told: Moment[] }>();
  for (const { thread: id, words } of reader.events()) {
    const thread = threads.get(id);
    let entry = timelines.get(thread);
    if (!entry) {
      const told: Moment[] = [];
      entry = { timeline: new ThreadTimeline(reader.tables, (moment) => told.push(moment)), told };
      timelines.set(thread, entry);
    }
    entry.timeline.add(words);
    yield { thread, moments: entry.told.splice(0) };
  }
  for (const [thread, { timeline, told }] of timelines) {
    timeline.end();
    yield { thread, moments: told };
  }
}
