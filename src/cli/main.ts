import { lintPaths } from '../session/lint.ts';
import type { Jobs } from './jobs.ts';
import * as other from './other-jobs.ts';
import { flushed, processFace } from './process-face.ts';
import { run } from './run.ts';

void main();

async function main(): Promise<void> {
  const jobs: Jobs = {
    listTargets: other.listTargets,
    record: other.record,
    analyzeFile: other.analyzeFile,
    compareFiles: other.compareFiles,
    lintPaths,
    openRecording: async (file) => Promise.resolve(other.openRecording(file)),
    openOtlpStream: other.openOtlpStream,
    tasks: other.tasksInWorker,
    alive: other.whatKeepsAlive,
  };
  const code = await run(process.argv.slice(2), processFace(), jobs);
  await flushed();
  // A socket or thread that will not close must not keep the shell waiting.
  process.exit(code);
}
