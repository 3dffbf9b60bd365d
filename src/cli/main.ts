import { openRecording } from '../recording/read.ts';
import { whatKeepsAlive } from '../session/alive.ts';
import { analyzeFile } from '../session/analyze.ts';
import { compareFiles } from '../session/compare.ts';
import { lintPaths } from '../session/lint.ts';
import { openOtlpStream } from '../session/otlp-stream.ts';
import { record } from '../session/record.ts';
import { tasksInWorker } from '../session/tasks-client.ts';
import { listTargets } from '../session/targets.ts';
import { compileLater } from './compile-later.ts';
import { flushed, processFace } from './process-face.ts';
import { run } from './run.ts';

void main();

async function main(): Promise<void> {
  const jobs = {
    listTargets,
    record,
    analyzeFile,
    compareFiles,
    lintPaths: ((options) => {
      compileLater();
      return lintPaths(options);
    }) satisfies typeof lintPaths,
    openRecording,
    openOtlpStream,
    tasks: tasksInWorker,
    alive: whatKeepsAlive,
  };
  const code = await run(process.argv.slice(2), processFace(), jobs);
  await flushed();
  // A socket or thread that will not close must not keep the shell waiting.
  process.exit(code);
}
