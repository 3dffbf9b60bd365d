import type { RecordingMode } from '../model/note.ts';
import { govern, governorAt, STEPS } from './governor.ts';
import type { Governor, Step } from './governor.ts';
import type { Hooks } from './hooks.ts';
import type { AgentMessage } from './protocol.ts';

/** Heartbeats in a window of the governor: a second. */
const WINDOW = 50;
/** Heartbeats in a period of recording with gaps. */
const PERIOD = 200;
/** Creations without a stack at least, between two with one. */
const MAX_EVERY = 100_000;

interface ModesPorts {
  mode: RecordingMode;
  /** Share of the main thread's time, 0..1; null: no limit. */
  budget: number | null;
  /** Pending promises whose stack is read at each heartbeat in flow mode. */
  waitSamples: number;
  hooks: Hooks;
  now: () => number;
  send: (message: AgentMessage) => void;
}

/** What is recorded now, by what was asked for and what it costs. */
export interface Modes {
  /** Begins: may be called while the program runs. */
  start: () => void;
  /** Asks for a mode; it changes at the next heartbeat. */
  set: (mode: RecordingMode, reason: string) => void;
  /** Our share and the loop's in the time since the last call, µs; decides once a second. */
  measured: (ownUs: number, idleUs: number, elapsedUs: number) => void;
  /** At each heartbeat, where nothing of the program runs. */
  beat: () => void;
  /** Pending promises whose stack is read at this heartbeat. */
  waitSamples: () => number;
}

export function createModes({ mode, budget, waitSamples, hooks, now, send }: ModesPorts): Modes {
  let governor: Governor = governorAt(mode);
  let asked: { mode: RecordingMode; reason: string } | undefined;
  let beats = 0;
  let window = emptyWindow();
  let recorded: 'on' | 'off' = 'off';

  const step = (): Step => STEPS[governor.step]!;
  const tell = (reason: string, share: number): void =>
    send({ t: 'mode', time: now(), mode: step().mode, reason, share });
  const record = (graph: 'on' | 'off'): void => {
    if (graph === recorded) return;
    recorded = graph;
    hooks.record(graph);
  };
  const decide = (): void => {
    const { own, idle, elapsed, shares } = window;
    window = emptyWindow();
    const share = own / elapsed;
    const usual = shares.sort((a, b) => a - b)[shares.length >> 1]!;
    const busy = Math.max(0, 1 - idle / elapsed);
    const next = govern(governor, { share, usual, busy }, budget ?? Infinity);
    governor = next.governor;
    if (next.reason !== undefined) tell(next.reason, share);
  };

  return {
    start: () => record(step().graph > 0 ? 'on' : 'off'),
    set: (wanted, reason) => {
      asked = { mode: wanted, reason };
    },
    measured: (ownUs, idleUs, elapsedUs) => {
      if (elapsedUs <= 0) return;
      window.own += ownUs;
      window.idle += idleUs;
      window.elapsed += elapsedUs;
      window.shares.push(ownUs / elapsedUs);
    },
    beat: () => {
      beats++;
      if (asked) {
        governor = governorAt(asked.mode);
        tell(asked.reason, 0);
        asked = undefined;
      } else if (beats % WINDOW === 0 && window.elapsed > 0) decide();
      const { graph, initStacks } = step();
      record(graph > (beats % PERIOD) / PERIOD ? 'on' : 'off');
      const made = hooks.sampleInits(0);
      if (initStacks > 0) hooks.sampleInits(Math.min(Math.max(1, Math.round(made / initStacks)), MAX_EVERY));
    },
    waitSamples: () =>
      recorded === 'on' && waitSamples > 0 ? Math.max(1, Math.round(waitSamples * step().waits)) : 0,
  };
}

/** What was measured since the last decision, µs; our share in each part of it. */
function emptyWindow(): { own: number; idle: number; elapsed: number; shares: number[] } {
  return { own: 0, idle: 0, elapsed: 0, shares: [] };
}
