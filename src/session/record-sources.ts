import { LONGEST_SOURCE_LINE, type SourceLines } from '../model/note.ts';
import type { RecordingHeader } from '../model/recording.ts';
import type { RecordingWriter } from '../recording/contract.ts';
import { readSources, splitLines } from './sources.ts';

/** More lines than this are not worth keeping; the first ones that frames named are the ones kept. */
const MAX_LINES = 20_000;

/**
 * A writer that, before the recording ends, adds the lines of the user's own files that frames name: after edits, what
 * was measured can then be found again by its code. Files that were edited while it was recorded are left out, and so
 * are those that are not on this machine.
 */
export function keepingSources(writer: RecordingWriter, { startedAt }: RecordingHeader): RecordingWriter {
  const named = new Map<string, Set<number>>();
  let left = MAX_LINES;
  return {
    events: (batch) => writer.events(batch),
    tables: (added) => {
      for (const { file, line, owner, unmapped } of added.frames ?? []) {
        if (owner !== 'own' || unmapped || file === '' || left <= 0) continue;
        const lines = named.get(file) ?? new Set();
        named.set(file, lines);
        if (!lines.has(line)) left--;
        lines.add(line);
      }
      writer.tables(added);
    },
    stall: (stack) => writer.stall(stack),
    rejection: (rejection) => writer.rejection(rejection),
    profile: (profile) => writer.profile(profile),
    note: (note) => writer.note(note),
    get backlog() {
      return writer.backlog;
    },
    async end(trailer) {
      const files = await keptLines(named, startedAt);
      if (files.length > 0)
        writer.note({ kind: 'sources', thread: 'main', timeUs: trailer.durationUs, files });
      await writer.end(trailer);
    },
  };
}

async function keptLines(
  named: ReadonlyMap<string, ReadonlySet<number>>,
  startedAt: number,
): Promise<SourceLines[]> {
  const { files } = await readSources([...named.keys()], startedAt);
  return files.map(({ file, text }) => {
    const all = splitLines(text);
    const lines = [...(named.get(file) ?? [])].filter((line) => line >= 1 && line <= all.length);
    return { file, lines, texts: lines.map((line) => all[line - 1]!.slice(0, LONGEST_SOURCE_LINE)) };
  });
}
