import type { Frame } from '../model/location.ts';
import type { CpuProfile, ProfileNode } from '../model/recording.ts';
import type { RecordingReader } from '../recording/contract.ts';
import { profileBy } from '../recording/pauses.ts';
import { clean, escapeJson } from './clean.ts';
import { uriOf } from './paths.ts';
import { pauseClockOf } from './timeline/threads.ts';

/**
 * The CPU profile of a recording in V8's `.cpuprofile` format, with the author's sources: VS Code, Chrome's developer
 * tools and speedscope open it. Several profiles of one recording follow each other in time.
 * The format knows one thread only, so it holds the first one's. What a debugger or the system kept the program from running is
 * left out.
 *
 * @returns undefined when the recording holds no profile
 */
export function cpuProfileJson(reader: RecordingReader): string | undefined {
  const main = reader.header.target.threads[0]?.id;
  const clock = pauseClockOf(reader, main ?? 'main');
  const profiles = reader.profiles
    .filter(({ nodes, thread }) => nodes.length > 0 && (thread === undefined || thread === main))
    .map((profile) => profileBy(clock, profile));
  const [first] = profiles;
  const last = profiles.at(-1);
  if (!first || !last) return undefined;
  const nodes: V8Node[] = [rootNode()];
  const samples: number[] = [];
  const timeDeltas: number[] = [];
  let now = Math.round(first.startUs);
  for (const profile of profiles) {
    const ids = addNodes(nodes, profile, reader.tables.frames);
    for (const [index, node] of profile.samples.entries()) {
      const time = Math.round(profile.times[index]!);
      samples.push(ids[node]!);
      timeDeltas.push(time - now);
      now = time;
    }
  }
  const { startUs: startTime } = first;
  return escapeJson(JSON.stringify({ nodes, startTime, endTime: last.endUs, samples, timeDeltas }));
}

/** A node as V8 writes it. Lines and columns of `callFrame` count from 0, those of `positionTicks` from 1. */
interface V8Node {
  id: number;
  callFrame: {
    functionName: string;
    scriptId: string;
    url: string;
    lineNumber: number;
    columnNumber: number;
  };
  hitCount: number;
  children: number[];
  positionTicks: { line: number; ticks: number }[];
}

function rootNode(): V8Node {
  const callFrame = { functionName: '(root)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 };
  return { id: 1, callFrame, hitCount: 0, children: [], positionTicks: [] };
}

/** Appends the nodes of a profile below the common root; returns the id of each. */
function addNodes(nodes: V8Node[], profile: CpuProfile, frames: readonly Frame[]): number[] {
  const root = nodes[0]!;
  const isRoot = ({ parent, frame }: ProfileNode): boolean =>
    parent === -1 && (frames[frame]?.file ?? '') === '';
  let nextId = nodes.length + 1;
  const ids = profile.nodes.map((node) => (isRoot(node) ? root.id : nextId++));
  const hits = new Uint32Array(profile.nodes.length);
  for (const node of profile.samples) hits[node]!++;
  for (const [index, { frame, ticks }] of profile.nodes.entries()) {
    if (ids[index] === root.id) continue;
    nodes.push({
      id: ids[index]!,
      callFrame: callFrameOf(frames[frame]),
      hitCount: hits[index]!,
      children: [],
      positionTicks: ticks.map(({ line, count }) => ({ line, ticks: count })),
    });
  }
  for (const [index, { parent }] of profile.nodes.entries()) {
    if (ids[index] === root.id) continue;
    const parentId = parent === -1 ? root.id : ids[parent]!;
    nodes[parentId - 1]!.children.push(ids[index]!);
  }
  return ids;
}

function callFrameOf(frame: Frame | undefined): V8Node['callFrame'] {
  return {
    functionName: clean(frame?.function ?? ''),
    scriptId: '0',
    url: frame?.file ? uriOf(frame.file) : '',
    lineNumber: (frame?.line ?? 0) - 1,
    columnNumber: (frame?.column ?? 0) - 1,
  };
}
