import type { RecordingReader } from '../recording/contract.ts';
import { Op } from '../model/event.ts';
import { Walker } from './walk.ts';
import type { Pass, WalkedEvent } from './walk.ts';

/** More files than this are not worth reading: the rest is cold. */
const MAX_FILES = 200;

/**
 * Files of the user's own code that the findings may speak of, the hottest first: those in which time was spent or waited
 * for. The caller reads them for {@link SourceFacts}.
 */
export function filesOfInterest(reader: RecordingReader): string[] {
  const { tables } = reader;
  const heat = new Map<string, number>();
  const warm = (frameId: number, by: number): void => {
    const frame = tables.frames[frameId];
    if (frame?.owner !== 'own' || frame.unmapped || frame.file === '') return;
    heat.set(frame.file, (heat.get(frame.file) ?? 0) + by);
  };
  const warmStack = (stack: number, by: number): void => {
    for (const frame of tables.stacks[stack] ?? []) warm(frame, by);
  };

  for (const profile of reader.profiles) {
    const hits = new Float64Array(profile.nodes.length);
    for (const node of profile.samples) if (node < hits.length) hits[node]! += 1;
    // Children stand behind their parents, so one sweep backwards carries each sample to all its callers.
    for (let i = profile.nodes.length - 1; i >= 0; i--) {
      const node = profile.nodes[i]!;
      if (hits[i]! === 0) continue;
      warm(node.frame, hits[i]!);
      if (node.parent >= 0 && node.parent < i) hits[node.parent]! += hits[i]!;
    }
  }
  for (const stall of reader.stalls) warmStack(stall.stack, 20);
  for (const rejection of reader.rejections) warmStack(rejection.stack, 1);
  const waits: Pass = {
    ops: [Op.WaitSample, Op.Pending],
    on: (event: WalkedEvent) => warmStack(event.b, 1),
  };
  for (const note of reader.notes) {
    if ('stack' in note) warmStack(note.stack, 1);
    if (note.kind === 'contexts') for (const sample of note.samples) warmStack(sample.stack, 0.01);
    if (note.kind === 'handles') for (const handle of note.handles) warmStack(handle.stack, 1);
  }
  // Without a look at the clock the threads need not be told apart.
  const walker = new Walker([waits]);
  for (const batch of reader.events()) walker.feed(batch.words);

  return [...heat]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MAX_FILES)
    .map(([file]) => file);
}
