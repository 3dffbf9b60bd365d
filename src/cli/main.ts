import { lintPaths } from '../session/lint.ts';
import { compileLater } from './compile-later.ts';
import type { Jobs } from './jobs.ts';
import { flushed, processFace } from './process-face.ts';
import { run } from './run.ts';

void main();

async function main(): Promise<void> {
  // What a command does not need is not loaded for it: `lint` with a warm cache is over sooner than that takes.
  const jobs: Jobs = {
    listTargets: async (...given) => (await import('../session/targets.ts')).listTargets(...given),
    record: async (...given) => (await import('../session/record.ts')).record(...given),
    analyzeFile: async (...given) => (await import('../session/analyze.ts')).analyzeFile(...given),
    compareFiles: async (...given) => (await import('../session/compare.ts')).compareFiles(...given),
    lintPaths: (options) => {
      compileLater();
      return lintPaths(options);
    },
    openRecording: async (file) => (await import('../recording/read.ts')).openRecording(file),
    openOtlpStream: async (...given) => (await import('../session/otlp-stream.ts')).openOtlpStream(...given),
    tasks: async (...given) => (await import('../session/tasks-client.ts')).tasksInWorker(...given),
    alive: async (...given) => (await import('../session/alive.ts')).whatKeepsAlive(...given),
  };
  const code = await run(process.argv.slice(2), processFace(), jobs);
  await flushed();
  // A socket or thread that will not close must not keep the shell waiting.
  process.exit(code);
}
