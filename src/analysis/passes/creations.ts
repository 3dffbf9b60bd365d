import { Op } from '../../model/event.ts';
import type { Pass, WalkedEvent } from '../walk.ts';

/** Creations are counted by pieces of so many µs. */
const PIECE_US = 100_000;
/** Pieces that are kept, nearly three hours; later ones count as the last. */
const MAX_PIECES = 100_000;

/** How many resources and promises were created, over time: what a sample of them stands for. */
export class Creations implements Pass {
  readonly ops = [Op.Init];
  /** By the piece's number; only those in which there were any. */
  readonly #pieces = new Map<number, number>();
  #piece = -1;
  #untilUs = -Infinity;

  on({ now }: WalkedEvent): void {
    if (now >= this.#untilUs) {
      if (this.#pieces.size < MAX_PIECES || this.#piece < 0) this.#piece = Math.floor(now / PIECE_US);
      this.#untilUs = (Math.floor(now / PIECE_US) + 1) * PIECE_US;
    }
    this.#pieces.set(this.#piece, (this.#pieces.get(this.#piece) ?? 0) + 1);
  }

  /** How many there were since a moment, a piece more or less. */
  since(us: number): number {
    let total = 0;
    for (const [piece, count] of this.#pieces) if ((piece + 1) * PIECE_US > us) total += count;
    return total;
  }
}
