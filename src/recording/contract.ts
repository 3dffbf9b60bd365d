import type {
  CpuProfile,
  EventBatch,
  RecordingHeader,
  RecordingTables,
  RecordingTrailer,
  Rejection,
  StallStack,
} from '../model/recording.ts';
import type { Note } from '../model/note.ts';
import type { Problem } from '../model/problem.ts';

/**
 * Takes a recording as it happens. Each call is complete on its own: whatever was given before the process was
 * killed can be read. Calls are queued in order; `end` resolves when all of it is on disk.
 */
export interface RecordingWriter {
  events(batch: EventBatch): void;
  /** Appends to the tables; entries keep their index. Must come before events that point at them. */
  tables(added: Partial<RecordingTables>): void;
  stall(stack: StallStack): void;
  rejection(rejection: Rejection): void;
  profile(profile: CpuProfile): void;
  note(note: Note): void;
  /** Bytes that wait to be compressed or written: lets the recorder slow down or drop. */
  readonly backlog: number;
  end(trailer: RecordingTrailer): Promise<void>;
}

/** A recording to be analysed: opened from a file or built in a test. */
export interface RecordingReader {
  readonly header: RecordingHeader;
  /** Absent when the file was cut off. */
  readonly trailer: RecordingTrailer | undefined;
  readonly tables: RecordingTables;
  readonly stalls: readonly StallStack[];
  readonly rejections: readonly Rejection[];
  readonly profiles: readonly CpuProfile[];
  readonly notes: readonly Note[];
  /** Events in order; may be walked more than once. */
  events(): Iterable<EventBatch>;
  /** What could not be read. */
  readonly problems: readonly Problem[];
}
