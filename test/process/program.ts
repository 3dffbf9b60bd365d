import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { nodeBinary } from '../setup/nodes.mjs';

export const PROGRAMS = path.resolve('test/fixtures/programs');

/** A program of the fixtures that runs as a child on a given major of Node. */
export interface RunningProgram {
  child: ChildProcess;
  pid: number;
  /** First line that it printed: the port of a server. */
  port: number;
  url: string;
  end(): Promise<void>;
}

export async function startProgram(
  major: number,
  file: string,
  nodeArgs: string[] = [],
): Promise<RunningProgram> {
  const child = spawn(nodeBinary(major), [...nodeArgs, path.join(PROGRAMS, file)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.stderr.resume();
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (data: Buffer) => resolve(Number.parseInt(data.toString(), 10)));
    child.once('exit', (code) => reject(new Error(`${file} ended with code ${code ?? 'unknown'}`)));
  });
  return {
    child,
    pid: child.pid!,
    port,
    url: `http://127.0.0.1:${port}`,
    end: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** 1-based line of the only place where `text` stands in a file of the fixtures. */
export function lineOf(file: string, text: string): number {
  const lines = fs.readFileSync(path.join(PROGRAMS, file), 'utf8').split('\n');
  const found = lines.flatMap((line, k) => (line.includes(text) ? [k + 1] : []));
  if (found.length !== 1) throw new Error(`"${text}" stands ${found.length} times in ${file}`);
  return found[0]!;
}
