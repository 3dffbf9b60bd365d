import type { PauseWatch } from './pauses.ts';
import { Ctl } from './protocol.ts';
import type { AgentMessage, RawFrame } from './protocol.ts';

/** Distance between two readings of the same held loop: grows by half each time from the first, µs. */
const FIRST_DISTANCE_US = 10_000;
const MAX_DISTANCE_US = 1_000_000;
/** An answer that takes so long is held up by something that no interrupt reaches: that is told without a stack, µs. */
const UNREACHABLE_US = 300_000;
/** We ourselves did not run for so long: the process was stopped or the machine asleep, and nobody held the loop, µs. */
const ASLEEP_US = 1_000_000;

interface StallWatchPorts {
  /** The words shared with the main thread. */
  ctl: Int32Array;
  /** µs on the main thread's clock. */
  now: () => number;
  /** Executions that last so long are looked at, ms. */
  stallMs: number;
  heartbeatMs: number;
  /** Reads the main thread's stack in an interrupt; answers when it could, undefined when it failed. */
  read: (done: (frames: RawFrame[] | undefined) => void) => void;
  /** Ends a reading that is under way: it would keep an exiting process waiting. */
  cancel: () => void;
  send: (message: AgentMessage) => void;
  /** Is told what it needs to see that the program stands still. */
  pauses: PauseWatch;
}

/**
 * Watches the shared words: the same execution for longer than `stallMs`, or no heartbeat for three of its periods,
 * means that the main thread is held. Its stack is then read, again at growing distances while it stays held.
 *
 * Where no interrupt reaches it (a system call, a built-in function), that it is held is told without a stack, again and
 * again while it lasts; the reading answers when it returns, with the caller still on the stack, and tells how long it took.
 */
export function createStallWatch(ports: StallWatchPorts): { check(): void } {
  const { ctl, now, stallMs, heartbeatMs, read, cancel, send, pauses } = ports;
  let execution = 0;
  let executionSeen = now();
  let beat = 0;
  let beatSeen = now();
  let checked = now();
  let nextUs = 0;
  let distanceUs = 0;
  /** When the reading under way was asked for, and how long the loop had been held then. */
  let asked: { at: number; held: number } | undefined;
  let toldUnreachable = 0;

  const ask = (held: number): void => {
    const request = { at: now(), held };
    asked = request;
    toldUnreachable = UNREACHABLE_US;
    read((frames) => {
      if (asked !== request) return;
      asked = undefined;
      if (!frames || frames.length === 0) return;
      const time = now();
      pauses.answered(request.at, time, frames);
      send({ t: 'stall', time, held: held + time - request.at, frames });
    });
  };
  const checkUnreachable = (at: number): void => {
    if (!asked || at - asked.at < toldUnreachable) return;
    toldUnreachable = Math.min(toldUnreachable * 2, toldUnreachable + 10 * MAX_DISTANCE_US);
    send({ t: 'stall', time: at, held: asked.held + at - asked.at, frames: [] });
  };

  return {
    check: () => {
      if (Atomics.load(ctl, Ctl.Ending) !== 0) {
        cancel();
        return;
      }
      const at = now();
      if (at - checked > ASLEEP_US) {
        pauses.slept(checked, at);
        beatSeen = executionSeen = at;
      }
      checked = at;
      if (ctl[Ctl.Execution] !== execution) {
        execution = ctl[Ctl.Execution]!;
        executionSeen = at;
      }
      if (Atomics.load(ctl, Ctl.Beat) !== beat) {
        beat = ctl[Ctl.Beat]!;
        beatSeen = at;
      }
      const running = ctl[Ctl.Depth]! > 0 ? at - executionSeen : 0;
      const silent = at - beatSeen;
      const held = Math.max(running, silent > heartbeatMs * 3000 ? silent : 0);
      if (held < stallMs * 1000) {
        distanceUs = 0;
        pauses.free(at);
        return;
      }
      if (asked) {
        checkUnreachable(at);
        return;
      }
      if (distanceUs > 0 && at < nextUs) return;
      distanceUs = Math.min(Math.max(distanceUs * 1.5, FIRST_DISTANCE_US), MAX_DISTANCE_US);
      nextUs = at + distanceUs;
      ask(held);
    },
  };
}
