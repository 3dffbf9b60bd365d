import type { SourceLocation } from '../model/location.ts';
import type { Problem } from '../model/problem.ts';
import type { StuckVerdict, Task, TaskDump } from '../model/task.ts';
import { escapeJson } from './clean.ts';
import { relativePath } from './paths.ts';

/** What `tasks` prints with `--format json`, with a verdict where one line was asked for. Files below `cwd` are relative to it. */
export function tasksJson(
  dump: TaskDump,
  problems: readonly Problem[],
  cwd: string,
  verdict?: StuckVerdict,
): string {
  const { depth, target, threads, snapshot, tasks, cycles } = dump;
  const object = {
    version: 1,
    depth,
    target,
    threads,
    ...(snapshot && { snapshot }),
    ...(verdict && { verdict }),
    tasks: tasks.map((task) => taskJson(task, cwd)),
    cycles,
    problems,
  };
  return `${escapeJson(JSON.stringify(object, undefined, 2))}\n`;
}

function taskJson({ count, thread, stack, waitingFor }: Task, cwd: string): object {
  const place = <T extends SourceLocation>(at: T): T => ({ ...at, file: relativePath(at.file, cwd) });
  return {
    count,
    thread,
    stack: stack.map((frame) => ({
      ...place(frame),
      ...(frame.calledAt && { calledAt: frame.calledAt.map(place) }),
    })),
    ...(waitingFor && {
      waitingFor: {
        ...waitingFor,
        ...(waitingFor.location && { location: place(waitingFor.location) }),
        ...(waitingFor.holders && {
          holders: waitingFor.holders.map((holder) => ({
            ...holder,
            ...(holder.taken && { taken: place(holder.taken) }),
          })),
        }),
      },
    }),
  };
}
