import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError } from '../base/user-error.ts';
import type { Task } from '../model/task.ts';
import { whereCalled } from '../tasks/where-called.ts';
import type { CreationArguments, CreationBody } from './custom-requests.ts';
import type { Conventions } from './sources.ts';
import { labelFrame } from './stacks.ts';
import type { FrameRef, FrameTable } from './stacks.ts';
import { findSuspended } from './suspended.ts';
import type { SuspendedFunction } from './suspended.ts';
import { combinatorName } from './task-threads.ts';
import type { TaskThread, TaskThreads } from './task-threads.ts';

/** The frames of a group of tasks: what it waits for, then its functions outwards, each behind a label. */
export function taskStack(
  { loop, task, instance, threadId }: TaskThread,
  frames: FrameTable,
  { lineBase, columnBase }: Conventions,
): DebugProtocol.StackFrame[] {
  const label = (name: string): DebugProtocol.StackFrame => labelFrame(loop, name, frames, threadId);
  return taskRows(task).map((row) => {
    if (typeof row === 'string') return label(row);
    const frame = task.stack[row]!;
    const generator = task.instances[instance]?.generators[row] ?? 0;
    const line = frame.exact ? frame.line : undefined;
    return {
      id: frames.add({ kind: 'suspended', loop, generator, line, threadId }),
      name: frame.exact ? frame.function : `${frame.function} (line unknown)`,
      line: frame.line - 1 + lineBase,
      column: frame.column - 1 + columnBase,
      source: { name: path.basename(frame.file), path: frame.file },
      canRestart: false,
      ...(frame.owner === 'own' ? {} : { presentationHint: 'subtle' as const }),
    };
  });
}

/** The request `looplens/creation`. @throws UserError when it is not known */
export function taskCreation(
  tasks: TaskThreads,
  { threadId, frame }: CreationArguments,
  { lineBase, columnBase }: Conventions,
): CreationBody {
  const thread = tasks.get(threadId);
  if (!thread) {
    throw new UserError(
      'usage',
      'Only of suspended tasks it can be said where they were created.',
      'Pause the program to see them, and choose one of them.',
    );
  }
  const row = frame === undefined ? undefined : taskRows(thread.task)[frame];
  const places = whereCalled(thread.task, typeof row === 'number' ? row : undefined);
  return {
    places: places.map(({ function: name, file, line, column, count }) => ({
      function: name,
      source: { name: path.basename(file), path: file },
      line: line - 1 + lineBase,
      column: column - 1 + columnBase,
      count,
    })),
  };
}

/** What the frames of a group show, in order: a label, or the index of a function in its stack. */
function taskRows(task: Task): (string | number)[] {
  const rows: (string | number)[] = task.waitingFor ? [`waiting for ${task.waitingFor.detail}`] : [];
  task.stack.forEach((frame, k) => {
    const combinator = combinatorName(frame);
    if (combinator !== undefined) {
      rows.push(combinator);
      return;
    }
    if (k > 0 && task.stack[k - 1]?.kind === 'await') rows.push('await');
    rows.push(k);
  });
  return rows;
}

/**
 * The function that waits for what runs at a stop. V8 tells where it stands, but not which one it is: the tasks of the
 * loop are read, and it is the only one that stands so.
 * @throws UserError when none does, or several
 */
export async function awaitingCaller(
  { loop, callers, depth }: Extract<FrameRef, { kind: 'caller' }>,
  tasks: TaskThreads,
): Promise<SuspendedFunction> {
  const dumps = await tasks.read('full');
  const read = dumps.filter(({ process }) => process === loop.process).flatMap(({ dump }) => dump.tasks);
  const places = callers.map((caller) => {
    const script = caller.kind === 'function' ? loop.scripts.byUrl(caller.url) : undefined;
    return script && caller.kind === 'function' ? loop.scripts.place(script.id, caller) : undefined;
  });
  const alike = read.filter(
    (task) =>
      task.thread === loop.id &&
      task.stack.length === places.length &&
      task.stack.every(({ file, line, exact }, k) => {
        const place = places[k];
        return !place || (place.source === file && (!exact || place.line + 1 === line));
      }),
  );
  const [task] = alike;
  const generator = task?.instances[0]?.generators[depth];
  if (alike.length === 1 && task?.count === 1 && generator !== undefined) {
    return findSuspended(loop, generator, undefined);
  }
  throw new UserError(
    'usage',
    alike.length === 0
      ? 'The function that waits here was not found among the suspended ones.'
      : 'Several functions wait alike, and which of them waits for this one cannot be told.',
    'Its variables are shown when it goes on.',
  );
}
