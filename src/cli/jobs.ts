import type { RecordingReader } from '../recording/contract.ts';
import type { whatKeepsAlive } from '../session/alive.ts';
import type { analyzeFile } from '../session/analyze.ts';
import type { compareFiles } from '../session/compare.ts';
import type { lintPaths } from '../session/lint.ts';
import type { openOtlpStream } from '../session/otlp-stream.ts';
import type { record } from '../session/record.ts';
import type { tasksInWorker } from '../session/tasks-client.ts';
import type { listTargets } from '../session/targets.ts';

/** What the commands do, apart from reading arguments and printing. */
export interface Jobs {
  listTargets: typeof listTargets;
  record: typeof record;
  analyzeFile: typeof analyzeFile;
  compareFiles: typeof compareFiles;
  lintPaths: typeof lintPaths;
  openRecording: (file: string) => Promise<RecordingReader>;
  tasks: typeof tasksInWorker;
  alive: typeof whatKeepsAlive;
  openOtlpStream: typeof openOtlpStream;
}
