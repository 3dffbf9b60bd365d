import type { StackId } from '../model/ids.ts';
import type { RawFrame } from '../inspector/ports.ts';
import type { RecordingTablesWriter } from './tables.ts';

/** The agent's numbers of stacks and the recording's. An event may name a stack before its frames have arrived. */
export interface AgentStacks {
  /** The recording's number of the agent's stack `i`; 0 stays 0. */
  id: (i: number) => StackId;
  /** The frames of stack `i` have arrived. */
  arrived: (i: number, frames: RawFrame[]) => void;
  /** Nothing more will arrive: what was named but never sent is empty. */
  end: () => void;
}

export function createAgentStacks(tables: RecordingTablesWriter): AgentStacks {
  interface Entry {
    id: StackId;
    fill: (frames: RawFrame[]) => void;
  }
  const entries = new Map<number, Entry>();

  const entry = (i: number): Entry => {
    let known = entries.get(i);
    if (!known) {
      let fill: (frames: RawFrame[]) => void = () => undefined;
      const frames = new Promise<RawFrame[]>((resolve) => (fill = resolve));
      entries.set(i, (known = { id: tables.stack(frames), fill }));
    }
    return known;
  };

  return {
    id: (i) => (i === 0 ? (0 as StackId) : entry(i).id),
    arrived: (i, frames) => entry(i).fill(frames),
    end: () => {
      for (const { fill } of entries.values()) fill([]);
    },
  };
}
