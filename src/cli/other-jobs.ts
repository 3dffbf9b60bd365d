// What the command line loads when it is first called: a bundle of its own, because compiling it takes longer than
// `lint` takes when nothing has changed.
export { openRecording } from '../recording/read.ts';
export { whatKeepsAlive } from '../session/alive.ts';
export { analyzeFile } from '../session/analyze.ts';
export { compareFiles } from '../session/compare.ts';
export { lintAnew } from '../session/lint/run-anew.ts';
export { openOtlpStream } from '../session/otlp-stream.ts';
export { record } from '../session/record.ts';
export { listTargets } from '../session/targets.ts';
export { tasksInWorker } from '../session/tasks-client.ts';
