import { Op } from '../../model/event.ts';
import type { Pass, WalkedEvent } from '../walk.ts';
import { firstWhere } from '../statistics.ts';

/** The heartbeat timer's interval, µs. */
export const HEARTBEAT_US = 20_000;

/** The loop's own clock: how late each heartbeat was and how long the loop was idle before it. */
export class Heartbeats implements Pass {
  readonly ops = [Op.Heartbeat];
  readonly timesUs: number[] = [];
  readonly latenessUs: number[] = [];
  readonly idleUs: number[] = [];
  readonly #attached: 'late' | 'from-start';

  /** @param attached `late` to a running process: its first heartbeat is late because of the attaching */
  constructor(attached: 'late' | 'from-start') {
    this.#attached = attached;
  }

  on(event: WalkedEvent): void {
    this.timesUs.push(event.now);
    this.latenessUs.push(Math.max(0, event.id));
    this.idleUs.push(event.b >>> 0);
  }

  /** Share of time that the loop was not idle, 0..1; 0 when fewer than two heartbeats are known. */
  utilization(): number {
    const count = this.timesUs.length;
    if (count < 2) return 0;
    const total = this.timesUs[count - 1]! - this.timesUs[0]!;
    let idle = 0;
    for (let i = 1; i < count; i++) {
      // The first figure after an attach may reach back before the recording.
      idle += Math.min(this.idleUs[i]!, this.timesUs[i]! - this.timesUs[i - 1]!);
    }
    return total <= 0 ? 0 : Math.min(1, Math.max(0, 1 - idle / total));
  }

  /**
   * Delays that timers met, ms, ascending. A loop held for 100 ms would have made five heartbeats late, by 100, 80, 60 ms
   * and so on, but shows only one: the others are added, or long blocks would hide behind their own rarity.
   * @param untilUs the end of what held the loop when the recording ended; 0 where nothing did
   */
  delaysMs(untilUs: number): number[] {
    const delays: number[] = [];
    const due = (this.timesUs.at(-1) ?? 0) + HEARTBEAT_US;
    const never = untilUs > due ? [untilUs - due] : [];
    for (const lateness of [...this.latenessUs.slice(this.#attached === 'late' ? 1 : 0), ...never]) {
      const missed = Math.min(10_000, Math.floor(lateness / HEARTBEAT_US));
      for (let k = 0; k <= missed; k++) delays.push((lateness - k * HEARTBEAT_US) / 1000);
    }
    return delays.sort((a, b) => a - b);
  }

  /** Index of the first heartbeat after `timeUs`. */
  firstAfter(timeUs: number): number {
    return firstWhere(this.timesUs.length, (i) => this.timesUs[i]! > timeUs);
  }
}
