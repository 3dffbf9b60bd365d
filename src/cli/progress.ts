import { count, ms, percent } from '../report/words.ts';
import type { RecordProgress } from '../session/contract.ts';
import type { Output } from './face.ts';

/** `quiet`: only results and errors are printed. */
export type Loudness = 'normal' | 'quiet';

/** Shows on stderr how a recording goes: one line that is rewritten on a terminal, else a line now and then. */
export class ProgressLine {
  readonly #output: Output;
  readonly #loudness: Loudness;
  #shown = '';
  /** Phase and time of the last line where lines cannot be rewritten. */
  #last: { phase: RecordProgress['phase']; elapsedMs: number } | undefined;

  constructor(output: Output, loudness: Loudness) {
    this.#output = output;
    this.#loudness = loudness;
  }

  update(progress: RecordProgress, durationMs: number | undefined): void {
    if (this.#loudness === 'quiet') return;
    const { columns } = this.#output;
    const text = words(progress, durationMs);
    if (columns !== undefined) {
      this.#shown = text.slice(0, Math.max(columns - 1, 10));
      this.#output.write(`${REWRITE}${this.#shown}`);
      return;
    }
    const { phase, elapsedMs } = progress;
    if (this.#last?.phase === phase && elapsedMs - this.#last.elapsedMs < SPARSE_MS) return;
    this.#last = { phase, elapsedMs };
    this.#output.write(`${text}\n`);
  }

  /** Prints other text to stderr; the line stays below it. */
  around(text: string): void {
    if (this.#shown === '') {
      this.#output.write(text);
      return;
    }
    // Only a whole line leaves room for ours.
    this.#output.write(`${REWRITE}${text}${text.endsWith('\n') ? this.#shown : '\n'}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shown !== '') this.#output.write(REWRITE);
    this.#shown = '';
  }
}

/** Back to the start of the line, which is erased. */
const REWRITE = '\r\u001b[2K';
const SPARSE_MS = 5000;

function words(progress: RecordProgress, durationMs: number | undefined): string {
  switch (progress.phase) {
    case 'connecting':
      return 'Connecting...';
    case 'finishing':
      return 'Finishing the recording...';
    case 'recording': {
      const { elapsedMs, events, dropped, delayP99Ms, overheadShare } = progress;
      const end = durationMs === undefined ? 'Ctrl-C ends it' : `of ${ms(durationMs)}`;
      const lost = dropped > 0 ? [`${count(dropped)} dropped`] : [];
      return [
        `Recording ${(elapsedMs / 1000).toFixed(1)} s, ${end}`,
        `loop delay p99 ${ms(delayP99Ms)}`,
        `${count(events)} events`,
        ...lost,
        `own cost ${percent(overheadShare)}`,
      ].join(' · ');
    }
  }
}
