import { UserError } from '../base/user-error.ts';
import type { Task, TaskOrigin } from '../model/task.ts';

/**
 * Where the function of a frame was called; without a frame the outermost one: the line that created the task. The most
 * frequent place first, never empty.
 * @param frame index into the task's stack
 * @throws UserError `usage`: it is not known, and what would make it known
 */
export function whereCalled(task: Task, frame: number | undefined): TaskOrigin[] {
  const functions = [...task.stack.keys()].filter((k) => task.stack[k]!.kind === 'await');
  const chosen = task.stack[frame ?? functions.at(-1) ?? 0];
  if (chosen?.kind !== 'await') {
    throw new UserError(
      'usage',
      'What stands between two functions was not called.',
      'Choose the frame of a function.',
    );
  }
  const called = chosen.calledAt ?? [];
  const own = called.filter(({ file }) => !/^(node:|internal\/)/.test(file));
  if (own.length > 0) return own;
  const name = chosen.function;
  const [byNode] = called;
  if (byNode) {
    throw new UserError(
      'usage',
      `${name} was called by Node.js itself, by ${byNode.function} in ${byNode.file}.`,
      'It was given to Node.js as a callback; search for its name.',
    );
  }
  const unknown = `Where ${name} was called is not known:`;
  if (task.waitingFor === undefined) {
    throw new UserError(
      'usage',
      `${unknown} this was a quick look.`,
      'Take a heap snapshot, then try again.',
    );
  }
  throw new UserError(
    'usage',
    `${unknown} V8 keeps no trace of it, and no debugger of LoopLens has remembered it.`,
    'Start the program with LoopLens: Debug This File, or attach with "rememberCalls": true; then calls are remembered, unless very many come at once.',
  );
}
