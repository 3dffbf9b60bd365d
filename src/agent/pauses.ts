import type { AgentMessage, RawFrame } from './protocol.ts';

/** Held for so long without using a processor: no code of the program does that, µs. */
const SHORTEST_US = 200_000;
/** Share of the time that what stands still uses at most: our readings, and the CPU profiler's samples, which are taken all the same. */
const STILL = 0.1;
/** A main thread that answers is not inside a system call; one that has no processor answers late, µs. */
const PROMPT_US = 20_000;

interface PausePorts {
  /** CPU time so far, µs: of the main thread, or of the whole process where that is not known. */
  cpuUs: () => number;
  send: (message: AgentMessage) => void;
}

/** Tells when the program stood still through no doing of its own. Times in µs on the main thread's clock. */
export interface PauseWatch {
  /** The main thread is not held. */
  free: (at: number) => void;
  /** It is held, and a reading of its stack that was asked for at `asked` has been answered. */
  answered: (asked: number, at: number, frames: readonly RawFrame[]) => void;
  /** We ourselves did not run: the process was stopped, or the machine asleep. */
  slept: (from: number, at: number) => void;
}

/**
 * A debugger that pauses the program keeps its main thread in a loop that answers the inspector and uses no processor.
 * Running code answers too, but uses one; a system call uses none, and does not answer. What waits by `Atomics.wait` looks
 * the same, and is named on the stack.
 */
export function createPauseWatch({ cpuUs, send }: PausePorts): PauseWatch {
  /** Since when no processor has been used, as far as is known. */
  let still = { at: 0, cpu: cpuUs() };
  let last = still;
  let paused = false;

  const tell = (from: number, at: number, by: 'debugger' | 'stopped'): void => {
    if (at > from) send({ t: 'pause', time: at, forUs: Math.round(at - from), by });
  };

  return {
    free: (at) => {
      const cpu = cpuUs();
      // What ran after the last answer and before now ran after the pause.
      if (paused) tell(still.at, Math.max(last.at, at - (cpu - last.cpu)), 'debugger');
      paused = false;
      last = still = { at, cpu };
    },
    answered: (asked, at, frames) => {
      const now = { at, cpu: cpuUs() };
      const used = (now.cpu - last.cpu) / Math.max(1, at - last.at);
      const waits = frames[0]?.[0] === 'Atomics.wait';
      if (used > STILL || waits || at - asked > PROMPT_US) still = now;
      last = now;
      paused = at - still.at >= SHORTEST_US;
      if (paused) tell(still.at, at, 'debugger');
    },
    slept: (from, at) => {
      tell(from, at, 'stopped');
      paused = false;
      last = still = { at, cpu: cpuUs() };
    },
  };
}
