import type { Frame } from '../model/location.ts';
import type { CpuProfile } from '../model/recording.ts';
import type { RecordingReader } from '../recording/contract.ts';
import { profileBy } from '../recording/pauses.ts';
import { clean, escapeJson } from './clean.ts';
import { pauseClockOf, TimelineThreads } from './timeline/threads.ts';

/**
 * The CPU profiles of a recording in speedscope's file format, a sampled profile for each thread, with the author's
 * sources. What a debugger or the system kept the program from running is left out.
 *
 * @returns undefined when the recording holds no profile
 * @see https://www.speedscope.app/file-format-schema.json
 */
export function speedscopeJson(reader: RecordingReader): string | undefined {
  const threads = new TimelineThreads(reader);
  const first = reader.header.target.threads[0]?.id ?? 'main';
  const byThread = new Map<string, CpuProfile[]>();
  for (const profile of reader.profiles) {
    if (profile.nodes.length === 0 || profile.samples.length === 0) continue;
    const id = profile.thread ?? first;
    byThread.set(id, [...(byThread.get(id) ?? []), profile]);
  }
  if (byThread.size === 0) return undefined;
  const frames: SpeedscopeFrame[] = [];
  const numbers = new Map<number, number>();
  const number = (id: number): number => {
    let known = numbers.get(id);
    if (known === undefined) {
      known = frames.push(frameOf(reader.tables.frames[id])) - 1;
      numbers.set(id, known);
    }
    return known;
  };
  const profiles = [...byThread].map(([id, list]) => {
    const clock = pauseClockOf(reader, id);
    const ran = list.map((profile) => profileBy(clock, profile));
    return sampled(clean(threads.get(id).name), ran, number);
  });
  const file = {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    exporter: 'looplens',
    name: clean(reader.header.target.script) || 'node',
    activeProfileIndex: 0,
    shared: { frames },
    profiles,
  };
  return `${escapeJson(JSON.stringify(file))}\n`;
}

interface SpeedscopeFrame {
  name: string;
  file?: string;
  line?: number;
  col?: number;
}

interface SampledProfile {
  type: 'sampled';
  name: string;
  unit: 'microseconds';
  startValue: number;
  endValue: number;
  /** Stacks, outermost frame first. */
  samples: number[][];
  weights: number[];
}

/** A sample weighs the time until the next one; a gap between two profiles weighs nothing. */
function sampled(name: string, profiles: CpuProfile[], number: (frame: number) => number): SampledProfile {
  const sorted = profiles.sort((a, b) => a.startUs - b.startUs);
  const samples: number[][] = [];
  const weights: number[] = [];
  for (const { nodes, samples: hits, times, endUs } of sorted) {
    const stacks: number[][] = [];
    for (const { parent, frame } of nodes) {
      const outer = parent >= 0 ? (stacks[parent] ?? []) : [];
      // The root is nobody's function, and a stack without frames is idle time to speedscope.
      stacks.push(parent < 0 && frame === 0 ? outer : [...outer, number(frame)]);
    }
    for (const [index, node] of hits.entries()) {
      const next = times[index + 1] ?? Math.max(endUs, times[index]!);
      samples.push(stacks[node] ?? []);
      weights.push(Math.max(0, next - times[index]!));
    }
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return { type: 'sampled', name, unit: 'microseconds', startValue: 0, endValue: total, samples, weights };
}

function frameOf(frame: Frame | undefined): SpeedscopeFrame {
  const name = clean(frame?.function ?? '') || '(anonymous)';
  if (!frame?.file) return { name };
  return {
    name,
    file: clean(frame.file),
    ...(frame.line > 0 && { line: frame.line, col: Math.max(1, frame.column) }),
  };
}
