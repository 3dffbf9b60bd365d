import type { Face } from '../../../src/cli/face.ts';
import type { Jobs } from '../../../src/cli/jobs.ts';
import { run } from '../../../src/cli/run.ts';

/** What one command line printed and answered. */
export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Surroundings that keep what is printed. `interrupt` acts like Ctrl-C. */
export function fakeFace(options: { columns?: number } = {}) {
  const printed = { stdout: '', stderr: '' };
  const stops = new Set<() => void>();
  const face: Face = {
    stdout: { columns: undefined, write: (text) => void (printed.stdout += text) },
    stderr: { columns: options.columns, write: (text) => void (printed.stderr += text) },
    colour: 'none',
    cwd: '/app',
    temporaryFolder: '/tmp',
    now: () => new Date('2026-11-23T01:47:36.123Z'),
    onInterrupt: (stop) => {
      stops.add(stop);
      return () => void stops.delete(stop);
    },
  };
  return { face, printed, stops, interrupt: () => stops.forEach((stop) => stop()) };
}

/** Runs a command line of which only the given jobs may be called. */
export async function ran(
  line: string | string[],
  jobs: Partial<Jobs> = {},
  fake = fakeFace(),
): Promise<Ran> {
  const unexpected = (name: string) => () => Promise.reject(new Error(`${name} was not expected.`));
  const all: Jobs = {
    listTargets: unexpected('listTargets'),
    record: unexpected('record'),
    analyzeFile: unexpected('analyzeFile'),
    compareFiles: unexpected('compareFiles'),
    lintPaths: unexpected('lintPaths'),
    tasks: unexpected('tasks'),
    alive: unexpected('alive'),
    openOtlpStream: unexpected('openOtlpStream'),
    openRecording: unexpected('openRecording'),
    ...jobs,
  };
  const code = await run(typeof line === 'string' ? line.split(' ').filter(Boolean) : line, fake.face, all);
  return { code, ...fake.printed };
}
