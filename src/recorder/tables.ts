import type { FrameId, StackId } from '../model/ids.ts';
import type { Frame } from '../model/location.ts';
import type { RecordingWriter } from '../recording/contract.ts';
import type { RawFrame, SourceLocator } from '../inspector/ports.ts';

const NONE: Frame = { file: '', line: 0, column: 0, owner: 'synthetic' };

/**
 * Gives frames and stacks their numbers and writes each of them once, source maps applied. Looking places up takes
 * time, the numbers do not: they are given at once, the contents follow in order.
 */
export interface RecordingTablesWriter {
  /** Number of a type of async resource; written at once. */
  type: (name: string) => number;
  /** Number of a label; written at once. */
  label: (text: string) => number;
  /** Number of a frame; its contents are written before `settled` resolves. */
  frame: (name: string, url: string, line: number, column: number) => Promise<FrameId>;
  /** Number of a stack; its frames may come later, and hold up what is asked for after it until they do. */
  stack: (frames: readonly RawFrame[] | Promise<readonly RawFrame[]>) => StackId;
  /** Resolves when everything asked for so far has been written. */
  settled: () => Promise<void>;
}

export function createTables(writer: RecordingWriter, locator: SourceLocator): RecordingTablesWriter {
  const types = new Map<string, number>();
  const labels = new Map<string, number>();
  const frames = new Map<string, FrameId>();
  let frameCount = 1;
  let stackCount = 1;
  // One after the other: an entry's number is its position.
  let queue: Promise<void> = Promise.resolve();
  writer.tables({ types: [''], labels: [''], frames: [NONE], stacks: [[]] });

  const enqueue = <T>(job: () => Promise<T>): Promise<T> => {
    const result = queue.then(job);
    queue = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  };

  const frameNow = async (
    name: string,
    url: string,
    line: number,
    column: number,
    async?: Frame['async'],
  ): Promise<FrameId> => {
    const key = `${name}\n${url}\n${line}\n${column}\n${async ?? ''}`;
    const known = frames.get(key);
    if (known !== undefined) return known;
    const frame = await locator.locate(name, url, line, column);
    writer.tables({ frames: [async ? { ...frame, async } : frame] });
    const id = frameCount++ as FrameId;
    frames.set(key, id);
    return id;
  };

  const numbered = (known: Map<string, number>, text: string, write: () => void): number => {
    const number = known.get(text);
    if (number !== undefined) return number;
    write();
    known.set(text, known.size + 1);
    return known.size;
  };

  return {
    type: (name) => numbered(types, name, () => writer.tables({ types: [name] })),
    label: (text) => numbered(labels, text, () => writer.tables({ labels: [text] })),
    frame: (name, url, line, column) => enqueue(() => frameNow(name, url, line, column)),
    stack: (raw) => {
      if ('length' in raw && raw.length === 0) return 0 as StackId;
      const id = stackCount++ as StackId;
      void enqueue(async () => {
        const ids: FrameId[] = [];
        for (const [name, url, line, column, flag] of await raw) {
          ids.push(
            await frameNow(name, url, line, column, flag === 0 ? undefined : flag === 2 ? 'all' : 'await'),
          );
        }
        writer.tables({ stacks: [ids] });
      });
      return id;
    },
    settled: () => queue,
  };
}
