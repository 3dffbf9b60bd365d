import type { CpuProfile, ProfileNode } from '../model/recording.ts';
import type { RawProfile, RawProfileNode, SourceLocator } from '../inspector/ports.ts';
import type { RecordingTablesWriter } from './tables.ts';

/** V8's profile on the recording's clock, with the author's places. */
export async function convertProfile(
  raw: RawProfile,
  originUs: number,
  intervalUs: number,
  tables: RecordingTablesWriter,
  locator: SourceLocator,
): Promise<CpuProfile> {
  const index = new Map<number, number>();
  for (const [position, node] of raw.nodes.entries()) index.set(node.id, position);
  const parents = new Int32Array(raw.nodes.length).fill(-1);
  for (const [position, node] of raw.nodes.entries()) {
    for (const child of node.children ?? []) {
      const at = index.get(child);
      if (at !== undefined) parents[at] = position;
    }
  }
  const nodes: ProfileNode[] = [];
  for (const [position, node] of raw.nodes.entries()) {
    const { functionName, url, lineNumber, columnNumber } = node.callFrame;
    nodes.push({
      parent: parents[position]!,
      frame: await tables.frame(functionName, url, lineNumber + 1, columnNumber + 1),
      ticks: await ticks(node, locator),
    });
  }
  const samples: number[] = [];
  const times: number[] = [];
  let time = raw.startTime - originUs;
  for (const [k, id] of (raw.samples ?? []).entries()) {
    // Now and then V8 gives a negative step; the order of the samples is right.
    time += Math.max(0, raw.timeDeltas?.[k] ?? intervalUs);
    const node = index.get(id);
    if (node === undefined) continue;
    samples.push(node);
    times.push(Math.round(time));
  }
  return {
    intervalUs,
    startUs: Math.round(raw.startTime - originUs),
    endUs: Math.round(raw.endTime - originUs),
    nodes,
    samples,
    times,
  };
}

async function ticks(node: RawProfileNode, locator: SourceLocator): Promise<ProfileNode['ticks']> {
  const lines = new Map<number, number>();
  const { url, lineNumber, columnNumber } = node.callFrame;
  for (const { line, ticks: count } of node.positionTicks ?? []) {
    const mapped = await locator.locateLine(url, line, line === lineNumber + 1 ? columnNumber : undefined);
    if (mapped !== undefined) lines.set(mapped, (lines.get(mapped) ?? 0) + count);
  }
  return [...lines].map(([line, count]) => ({ line, count }));
}

/** The profile without the samples after a moment, µs on its own clock: what we do while leaving is not the program's. */
export function cutProfile(raw: RawProfile, endUs: number): RawProfile {
  if (raw.endTime <= endUs) return raw;
  const deltas = raw.timeDeltas ?? [];
  let time = raw.startTime;
  let count = 0;
  while (count < deltas.length && time + deltas[count]! <= endUs) time += deltas[count++]!;
  return {
    ...raw,
    endTime: Math.max(raw.startTime, endUs),
    ...(raw.samples && { samples: raw.samples.slice(0, count) }),
    timeDeltas: deltas.slice(0, count),
  };
}

/** URLs of code that runs only because we record: our agent, and what Node calls our hooks through. */
const OUR_CODE = /^looplens:|^node:internal\/(async_hooks|promise_hooks)$/;

/** Our share of the time in which the main thread was busy, 0..1; NaN for a profile without a busy sample. */
export function overheadShare(raw: RawProfile): number {
  const ours = new Set<number>();
  const idle = new Set<number>();
  const children = new Map(raw.nodes.map((node) => [node.id, node]));
  const mark = (id: number): void => {
    ours.add(id);
    for (const child of children.get(id)?.children ?? []) mark(child);
  };
  for (const node of raw.nodes) {
    if (OUR_CODE.test(node.callFrame.url)) {
      if (node.callFrame.url.startsWith('looplens:')) mark(node.id);
      else ours.add(node.id);
    }
    if (node.callFrame.functionName === '(idle)') idle.add(node.id);
  }
  let busy = 0;
  let own = 0;
  for (const id of raw.samples ?? []) {
    if (idle.has(id)) continue;
    busy++;
    if (ours.has(id)) own++;
  }
  return own / busy;
}
