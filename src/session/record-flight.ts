import { watchTriggers } from '../recorder/triggers.ts';
import type { RecordingHeader, RecordingTrailer } from '../model/recording.ts';
import type { RecordingWriter } from '../recording/contract.ts';
import { createFlightRecorder } from '../recording/flight.ts';
import { createRecordingFile, openRecordingFile } from '../recording/write.ts';
import type { RecordOptions } from './contract.ts';

const TAIL_MS = 2000;
/** Each time costs the process a pause that grows with the time since the last one, ms. */
const MIN_ROTATION_MS = 5000;
const MAX_ROTATION_MS = 60_000;

/** Where a recording goes: all of it into the file, or the last seconds when something happens. */
export interface Destination {
  writer: RecordingWriter;
  /** Aborted when the caller stops the recording, or a trigger has fired and its tail is over. */
  signal: AbortSignal | undefined;
  /** How often CPU profiles are taken out of the process, ms. */
  profileRotationMs?: number;
  /** The trailer that stands in the file, where that is not the recorder's. */
  trailer: () => RecordingTrailer | undefined;
  close: () => void;
}

/** @throws UserError `usage` when the file cannot be created */
export function openDestination(header: RecordingHeader, options: RecordOptions): Destination {
  const { flight, out, signal, log } = options;
  if (!flight) {
    const writer = createRecordingFile(out, header);
    return { writer, signal, trailer: () => undefined, close: () => undefined };
  }
  const recorder = createFlightRecorder(openRecordingFile(out), header, flight);
  const over = new AbortController();
  let tail: NodeJS.Timeout | undefined;
  const writer = watchTriggers(recorder.writer, flight.until, (what) => {
    recorder.hold(what);
    log?.info(`${what}: saving`);
    tail = setTimeout(() => over.abort(), flight.tailMs ?? TAIL_MS);
  });
  return {
    writer,
    signal: signal ? AbortSignal.any([signal, over.signal]) : over.signal,
    profileRotationMs: Math.min(MAX_ROTATION_MS, Math.max(MIN_ROTATION_MS, flight.keepMs / 2)),
    trailer: () => recorder.saved,
    close: () => clearTimeout(tail),
  };
}
