import { EVENT_WORDS, Op } from '../model/event.ts';
import type { FrameId, StackId } from '../model/ids.ts';
import type { Frame } from '../model/location.ts';
import type { Note } from '../model/note.ts';
import type { CpuProfile, RecordingTables } from '../model/recording.ts';
import { LIMITS } from './format.ts';
import type { TableAdditions } from './shapes.ts';

/** Puts tables together from chunks, of which some may be missing: their entries become "none", the others keep their index. */
export class TableBuilder {
  readonly tables: RecordingTables = { types: [], labels: [], frames: [], stacks: [] };

  /** False when the additions are not ones that a writer makes: they overlap others, or are far too many. */
  add({ types, labels, frames, stacks }: TableAdditions): boolean {
    const { tables } = this;
    return (
      extend(tables.types, types, '') &&
      extend(tables.labels, labels, '') &&
      extend(tables.frames, frames, NO_FRAME) &&
      extend(tables.stacks, stacks, NO_STACK)
    );
  }

  /** The tables, with every frame of a stack in the table of frames. */
  finish(): RecordingTables {
    const frames = this.tables.frames.length;
    for (const [index, stack] of this.tables.stacks.entries()) {
      if (stack.some((frame) => frame >= frames))
        this.tables.stacks[index] = stack.filter((frame) => frame < frames);
    }
    return this.tables;
  }
}

/** Replaces indexes in events that point outside their table by 0, "none". */
export function boundEvents(words: Int32Array, tables: RecordingTables): void {
  const types = tables.types.length;
  const labels = tables.labels.length;
  const stacks = tables.stacks.length;
  for (let at = 0; at < words.length; at += EVENT_WORDS) {
    const op = words[at]! & 0xff;
    if (op === Op.Init) {
      if (words[at]! >>> 8 >= types) words[at] = op;
    } else if (LABELLED.has(op)) {
      if (words[at + 3]! >>> 0 >= labels) words[at + 3] = 0;
    } else if (op === Op.WaitSample || op === Op.Pending || op === Op.InitStack) {
      if (words[at + 3]! >>> 0 >= stacks) words[at + 3] = 0;
    }
  }
}

const LABELLED = new Set<number>([
  Op.RequestStart,
  Op.RequestEnd,
  Op.OperationStart,
  Op.MessageSent,
  Op.MessageReceived,
]);

/** `stack` where the table has it, else "none". */
export function boundStack(stack: StackId, tables: RecordingTables): StackId {
  return stack < tables.stacks.length ? stack : (0 as StackId);
}

/** Replaces stacks that the table does not have by "none". */
export function boundNote(note: Note, tables: RecordingTables): void {
  if ('stack' in note) note.stack = boundStack(note.stack, tables);
  if (note.kind === 'handles')
    for (const handle of note.handles) handle.stack = boundStack(handle.stack, tables);
  if (note.kind === 'contexts')
    for (const sample of note.samples) sample.stack = boundStack(sample.stack, tables);
}

/** Replaces frames that the table does not have by "none". */
export function boundProfile(profile: CpuProfile, tables: RecordingTables): void {
  for (const node of profile.nodes) if (node.frame >= tables.frames.length) node.frame = 0 as FrameId;
}

const NO_FRAME: Frame = Object.freeze({ file: '', line: 0, column: 0, owner: 'synthetic' });
const NO_STACK: FrameId[] = [];

function extend<T>(table: T[], addition: { start: number; items: T[] } | undefined, none: T): boolean {
  if (!addition) return true;
  const { start, items } = addition;
  if (start < table.length || start + items.length > LIMITS.tableEntries) return false;
  while (table.length < start) table.push(none);
  for (const item of items) table.push(item);
  return true;
}
