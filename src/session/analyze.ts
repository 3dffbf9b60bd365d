import { analyze } from '../analysis/analyze.ts';
import { filesOfInterest } from '../analysis/files-of-interest.ts';
import { silentLog, type Log } from '../base/log.ts';
import { describeError } from '../base/user-error.ts';
import type { Finding, Report } from '../model/finding.ts';
import type { Note } from '../model/note.ts';
import type { Outcome, Problem } from '../model/problem.ts';
import type { SourceFacts } from '../model/source-facts.ts';
import type { RecordingReader } from '../recording/contract.ts';
import { openRecording } from '../recording/read.ts';
import { startLintClient } from './lint-client.ts';
import { readSources, splitLines, type SourceFile } from './sources.ts';

export interface AnalyzeOptions {
  signal?: AbortSignal;
  log?: Log;
}

/**
 * The findings of a recording file, joined with what its sources prove. Files that were edited since it was made are
 * not consulted.
 *
 * @throws UserError `usage` when the file cannot be opened, `damaged` when nothing in it can be read
 * @throws the signal's reason once it is aborted
 */
export async function analyzeFile(file: string, options: AnalyzeOptions): Promise<Outcome<Report>> {
  const { signal, log = silentLog } = options;
  const reader = openRecording(file);
  const recordedUntil = endOf(reader);
  const interesting = await readSources(filesOfInterest(reader), recordedUntil, signal);
  log.debug(`${interesting.files.length} source files read`);
  const facts = await factsOf(interesting.files);
  signal?.throwIfAborted();

  const { value, problems } = analyze(reader, facts.value);
  const places = value.findings.map(({ location }) => location.file);
  const placed = await readSources(places, recordedUntil, signal);
  fillLines(value.findings, [...interesting.files, ...placed.files], reader.notes);
  const changed = changedSources(new Set([...interesting.changed, ...placed.changed]));
  return { value, problems: [...problems, ...facts.problems, ...changed] };
}

/** When the recording ended, ms since the epoch; without a trailer, nobody knows, and now is the latest it can be. */
function endOf({ header, trailer }: RecordingReader): number {
  return trailer ? header.startedAt + trailer.durationUs / 1000 : Date.now();
}

/** The recording is worth its findings without the facts too: a failure is a problem, not an error. */
async function factsOf(files: SourceFile[]): Promise<Outcome<SourceFacts[]>> {
  if (files.length === 0) return { value: [], problems: [] };
  const client = startLintClient();
  try {
    return { value: await client.facts(files), problems: [] };
  } catch (error) {
    const message = `The source files could not be parsed, so some lines are less exact: ${describeError(error)}`;
    return { value: [], problems: [{ code: 'facts-missing', message }] };
  } finally {
    client.dispose();
  }
}

/** What the recording kept of the source is what ran; the file as it is now serves where it was not edited since. */
function fillLines(
  findings: readonly Finding[],
  sources: readonly SourceFile[],
  notes: readonly Note[],
): void {
  const texts = new Map(sources.map(({ file, text }) => [file, splitLines(text)]));
  const kept = new Map<string, string>();
  for (const note of notes) {
    if (note.kind !== 'sources') continue;
    for (const { file, lines, texts: own } of note.files)
      lines.forEach((line, at) => kept.set(`${line} ${file}`, own[at] ?? ''));
  }
  for (const finding of findings) {
    const { file, line } = finding.location;
    const text = texts.get(file)?.[line - 1] ?? kept.get(`${line} ${file}`);
    if (text !== undefined) finding.lineText = text;
  }
}

function changedSources(files: ReadonlySet<string>): Problem[] {
  if (files.size === 0) return [];
  const [first] = files;
  const which = files.size === 1 ? String(first) : `${String(first)} and ${files.size - 1} more`;
  const message = `Edited after the recording, so lines may have moved: ${which}.`;
  return [{ code: 'source-changed', message }];
}
