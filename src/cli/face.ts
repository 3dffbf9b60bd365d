import type { Colour } from '../report/paint.ts';

/** Where text goes. */
export interface Output {
  write(text: string): void;
  /** Characters in a line when it is a terminal that can rewrite it. */
  readonly columns: number | undefined;
}

/** What the command line knows of its surroundings: a process, or a test. */
export interface Face {
  stdout: Output;
  stderr: Output;
  /** Of what goes to stdout. */
  colour: Colour;
  cwd: string;
  /** Folder for files that nobody asked a place for. */
  temporaryFolder: string;
  now(): Date;
  /** Asks a question that is answered with yes or no; absent where nobody sits at a terminal. */
  ask?: (question: string, signal: AbortSignal) => Promise<boolean>;
  /**
   * Calls `stop` when the user wants it to end (Ctrl-C, a polite signal), instead of ending the process; the second
   * time it ends. Returns how to undo that.
   */
  onInterrupt(stop: () => void): () => void;
}
