import type { Task, TaskDump } from '../../model/task.ts';
import { taskTitle, waitingText } from './words.ts';

/** Why tasks stand at a line. */
export interface StuckVerdict {
  /** One or two sentences. */
  message: string;
  /** False where only a snapshot could tell. */
  certain: boolean;
}

/** Why the tasks that are suspended at a line of a file do not go on, as far as the dump can tell. Lines count from 1. */
export function stuckAt(dump: TaskDump, file: string, line: number): StuckVerdict {
  const here = dump.tasks.flatMap((task, index) => {
    const at = task.stack.findIndex((frame) => frame.exact && frame.file === file && frame.line === line);
    return at < 0 ? [] : [{ task, index, at }];
  });
  const [first] = here.sort((a, b) => b.task.count - a.task.count);
  if (!first)
    return { message: `No task is suspended at line ${String(line)}.`, certain: dump.depth === 'full' };

  const count = here.reduce((sum, { task }) => sum + task.count, 0);
  const subject = count === 1 ? '1 task stands here' : `${String(count)} tasks stand here`;
  const cycle = dump.cycles.find(({ tasks }) => here.some(({ index }) => tasks.includes(index)));
  if (cycle) {
    return {
      message: `${subject} in a deadlock: ${cycle.steps.join('; ')}. None of them can go on.`,
      certain: true,
    };
  }
  const part = here.length > 1 ? `${String(first.task.count)} of them ` : '';
  const through = first.at > 0 ? ` through ${innermost(first.task)}` : '';
  const waiting = waitingText(first.task.waitingFor);
  if (waiting === undefined) {
    return { message: `${subject}${through}. A snapshot tells what it waits for.`, certain: false };
  }
  return { message: `${subject}, ${part}${waiting}${through}.`, certain: true };
}

/** `Pool.acquire (db.js:12)` */
function innermost(task: Task): string {
  const [frame] = task.stack;
  if (!frame || frame.line === 0) return taskTitle(task);
  return `${frame.function} (${frame.file.split(/[\\/]/).pop() ?? ''}:${String(frame.line)})`;
}
