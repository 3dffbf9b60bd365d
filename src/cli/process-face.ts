import os from 'node:os';
import { isatty, type WriteStream } from 'node:tty';
import { Exit } from './exit.ts';
import type { Face, Output } from './face.ts';

/** The face of this process. */
export function processFace(): Face {
  const { stdout, stderr, env } = process;
  return {
    stdout: outputOf(stdout),
    stderr: outputOf(stderr),
    colour: stdout.isTTY && !env.NO_COLOR && env.TERM !== 'dumb' ? 'ansi' : 'none',
    cwd: process.cwd(),
    temporaryFolder: os.tmpdir(),
    now: () => new Date(),
    onInterrupt,
    // Asking the stream itself would open it.
    ...(isatty(0) && stderr.isTTY && { ask }),
  };
}

/** Resolves when all that was written has left the process. */
export async function flushed(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    if (!stream.writable) continue;
    await new Promise<void>((resolve) => {
      stream.once('error', () => resolve());
      stream.write('', () => resolve());
    });
  }
}

/** Waits for a line at the terminal; everything but yes is no, and so is Ctrl-C. */
async function ask(question: string, signal: AbortSignal): Promise<boolean> {
  // Few commands ask.
  const { default: readline } = await import('node:readline/promises');
  const terminal = readline.createInterface({ input: process.stdin, output: process.stderr });
  // A terminal that is read from gives Ctrl-C to its reader.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return /^y(es)?$/i.test((await terminal.question(question, { signal })).trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}

/** What a shell expects of a process that a second Ctrl-C ended. */
const EXIT_INTERRUPTED = 130;
/** One Ctrl-C can arrive twice: from the terminal, and passed on by npm. */
const ECHO_MS = 500;
const USUAL_COLUMNS = 80;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function outputOf(stream: WriteStream): Output {
  let open = true;
  // A reader that has seen enough (`| head`) closes the pipe: no error, but nobody to write to any more.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    open = false;
    if (error.code === 'EPIPE' || error.code === 'EOF' || stream !== process.stdout) return;
    process.stderr.write(`The answer could not be written: ${error.message}.\n`);
    process.exit(Exit.Internal);
  });
  return {
    write: (text) => {
      if (open) stream.write(text);
    },
    get columns() {
      // Some terminals do not tell their width, and say 0.
      return stream.isTTY && process.env.TERM !== 'dumb' ? stream.columns || USUAL_COLUMNS : undefined;
    },
  };
}

function onInterrupt(stop: () => void): () => void {
  let interruptedAt: number | undefined;
  const listener = (): void => {
    if (interruptedAt === undefined) {
      interruptedAt = performance.now();
      stop();
    } else if (performance.now() - interruptedAt > ECHO_MS) {
      process.exit(EXIT_INTERRUPTED);
    }
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  return () => {
    for (const signal of SIGNALS) process.off(signal, listener);
  };
}
