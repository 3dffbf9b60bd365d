import { compareRuns } from '../analysis/compare/compare.ts';
import type { Run, RunLine } from '../analysis/compare/run.ts';
import { routeOfLabel } from '../analysis/route-label.ts';
import { silentLog, type Log } from '../base/log.ts';
import type { Comparison } from '../model/comparison.ts';
import type { SourceLocation } from '../model/location.ts';
import type { Outcome, Problem } from '../model/problem.ts';
import type { CpuProfile } from '../model/recording.ts';
import type { RecordingReader } from '../recording/contract.ts';
import { PauseClock } from '../recording/pauses.ts';
import { openRecording } from '../recording/read.ts';
import { moments, TimelineThreads } from '../report/timeline/threads.ts';
import { analyzeFile } from './analyze.ts';

/** Pieces that a recording is cut into, for times that are known only by sums. */
const PIECES = 24;

export interface CompareOptions {
  signal?: AbortSignal;
  log?: Log;
}

/**
 * What got better or worse from one recording to another.
 *
 * @throws UserError `usage` when a file cannot be opened, `damaged` when nothing in it can be read
 * @throws the signal's reason once it is aborted
 */
export async function compareFiles(
  base: string,
  head: string,
  { signal, log = silentLog }: CompareOptions,
): Promise<Outcome<Comparison>> {
  const problems: Problem[] = [];
  const read = async (file: string): Promise<Run> => {
    const outcome = await analyzeFile(file, { log, ...(signal && { signal }) });
    problems.push(...outcome.problems);
    return runOf(file, openRecording(file), outcome.value);
  };
  // One after the other: each may need much memory.
  const runs = [await read(base), await read(head)] as const;
  return { value: compareRuns(...runs), problems };
}

function runOf(file: string, reader: RecordingReader, report: Run['report']): Run {
  const threads = new TimelineThreads(reader);
  const durations = new Map<string, number[]>();
  const delays: number[] = [];
  const lengthUs = Math.max(1, report.recording.durationMs * 1000);
  const requestsByPiece = new Array<number>(PIECES).fill(0);
  // What a debugger or a sleeping machine took is in no figure here, either.
  const clocks = new Map<string, PauseClock>();
  const clockOf = (id: string): PauseClock => {
    let clock = clocks.get(id);
    if (!clock) clocks.set(id, (clock = new PauseClock(reader.notes.filter((note) => note.thread === id))));
    return clock;
  };
  for (const { thread, moments: told } of moments(reader, threads)) {
    const clock = clockOf(thread.id);
    for (const moment of told) {
      if (moment.kind === 'delay' && thread.number === 1) delays.push(moment.latenessUs / 1000);
      if (moment.kind !== 'request' || moment.status <= 0) continue;
      const route = moment.route || routeOfLabel(moment.label) || 'unnamed request';
      const list = durations.get(route);
      const ms = (moment.endUs - moment.startUs - (moment.pausedUs ?? 0)) / 1000;
      if (list) list.push(ms);
      else durations.set(route, [ms]);
      requestsByPiece[pieceOf(clock.at(moment.endUs), lengthUs)]!++;
    }
  }
  const pieceMs = lengthUs / 1000 / PIECES;
  const { cwd } = reader.header.target;
  return { file, cwd, report, durations, delays, requestsByPiece, pieceMs, lines: linesOf(reader, lengthUs) };
}

const pieceOf = (us: number, lengthUs: number): number =>
  Math.min(PIECES - 1, Math.max(0, Math.floor((us / lengthUs) * PIECES)));

/** Own running time of the user's functions, of all profiles. */
function linesOf(reader: RecordingReader, lengthUs: number): RunLine[] {
  const functions = new Map<
    string,
    { location: SourceLocation; ticks: Map<number, number>; pieces: number[] }
  >();
  for (const profile of reader.profiles) {
    const keys = profile.nodes.map(({ frame: id, ticks }) => {
      const frame = reader.tables.frames[id];
      if (frame?.owner !== 'own' || frame.file === '') return undefined;
      const { file, line, column, function: name } = frame;
      const key = `${file}\n${name ?? ''}\n${line}`;
      let known = functions.get(key);
      if (!known) {
        const location = { file, line, column, ...(name !== undefined && { function: name }) };
        known = { location, ticks: new Map(), pieces: new Array<number>(PIECES).fill(0) };
        functions.set(key, known);
      }
      for (const tick of ticks) known.ticks.set(tick.line, (known.ticks.get(tick.line) ?? 0) + tick.count);
      return known;
    });
    for (const [index, node] of profile.samples.entries()) {
      const known = keys[node];
      if (known) known.pieces[pieceOf(profile.times[index]!, lengthUs)]! += sampleMs(profile, index);
    }
  }
  return [...functions.values()].map(({ location, ticks, pieces }) => {
    const [busiest] = [...ticks].sort((a, b) => b[1] - a[1]);
    const line = busiest?.[0] ?? location.line;
    return {
      location: { ...location, line, column: line === location.line ? location.column : 1 },
      selfMsByPiece: pieces,
    };
  });
}

/** Until the next sample, but no longer than a few intervals: a hole in the profile is nobody's time. */
function sampleMs({ times, intervalUs }: CpuProfile, index: number): number {
  const next = times[index + 1] ?? times[index]! + intervalUs;
  return Math.min(next - times[index]!, intervalUs * 4) / 1000;
}
