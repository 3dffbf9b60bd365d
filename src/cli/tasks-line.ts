import { count } from '../report/words.ts';
import { clean } from '../report/clean.ts';
import type { TaskProgress } from '../tasks/dump.ts';
import type { Output } from './face.ts';
import type { Loudness } from './progress.ts';

/** Shows on a terminal's stderr how far a snapshot is, in one line that is rewritten. */
export class TasksLine {
  readonly #output: Output;
  readonly #loudness: Loudness;
  #shown = '';

  constructor(output: Output, loudness: Loudness) {
    this.#output = output;
    this.#loudness = loudness;
  }

  update(progress: TaskProgress): void {
    const { columns } = this.#output;
    if (this.#loudness === 'quiet' || columns === undefined) return;
    this.#shown = words(progress).slice(0, Math.max(columns - 1, 10));
    this.#output.write(`${REWRITE}${this.#shown}`);
  }

  /** Prints other text to stderr; the line stays below it. */
  around(text: string): void {
    if (this.#shown === '') this.#output.write(text);
    else this.#output.write(`${REWRITE}${text}${text.endsWith('\n') ? this.#shown : '\n'}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shown !== '') this.#output.write(REWRITE);
    this.#shown = '';
  }
}

/** Back to the start of the line, which is erased. */
const REWRITE = '\r\u001b[2K';

function words({ phase, thread, received }: TaskProgress): string {
  const where = thread === 'main' ? '' : ` of ${clean(thread)}`;
  switch (phase) {
    case 'stacks':
      return `Reading stacks${where}...`;
    case 'snapshot':
      return `Taking a heap snapshot${where}: ${count(received / 1e6)} MB, Ctrl-C stops`;
    case 'graph':
      return `Reading ${count(received / 1e6)} MB of heap${where}...`;
  }
}
