import { Op } from '../../model/event.ts';
import { momentBefore } from '../walk.ts';
import type { Pass, WalkedEvent } from '../walk.ts';

/** Garbage collections that held the loop. */
export class Collections implements Pass {
  readonly ops = [Op.Gc];
  readonly pauses: { startUs: number; endUs: number; kind: number }[] = [];
  totalUs = 0;

  on(event: WalkedEvent): void {
    const durationUs = Math.max(0, event.id);
    const startUs = momentBefore(event.now, event.a);
    this.pauses.push({ startUs, endUs: startUs + durationUs, kind: event.extra });
    this.totalUs += durationUs;
  }
}
