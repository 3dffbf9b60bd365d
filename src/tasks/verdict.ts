import { count } from '../base/figures.ts';
import type { StuckVerdict, Task, TaskCycle, TaskDump, TaskFrame, WaitingKind } from '../model/task.ts';
import { waitingText } from './waiting-text.ts';

/**
 * Why the tasks that are suspended at a line of a file do not go on, as far as the dump can tell.
 *
 * @param file absolute, or the end of a path: `db.js`, `src/db.js`
 * @param line from 1
 */
export function stuckAt(dump: TaskDump, file: string, line: number): StuckVerdict {
  const here = dump.tasks.flatMap((task, index) => {
    const at = task.stack.findIndex(
      (frame) => frame.exact && frame.line === line && isFile(frame.file, file),
    );
    return at < 0 ? [] : [{ task, index, at }];
  });
  here.sort((a, b) => b.task.count - a.task.count);
  const [first] = here;
  if (!first) return nobody(dump, file, line);
  const tasks = here.map(({ index }) => index);
  const total = here.reduce((sum, { task }) => sum + task.count, 0);
  const subject = total === 1 ? '1 task stands here' : `${count(total)} tasks stand here`;
  const cycle = dump.cycles.find((each) => each.tasks.some((index) => tasks.includes(index)));
  if (cycle) return deadlock(dump, cycle, `${subject} in a deadlock`, tasks);

  const part = here.length > 1 ? `${count(first.task.count)} of them ` : '';
  const through = first.at > 0 ? ` through ${placeName(first.task.stack[0]!)}` : '';
  const waiting = first.task.waitingFor;
  if (!waiting) {
    const message = `${subject}${through}. A snapshot tells what it waits for.`;
    return { cause: 'unknown', message, next: 'Take a snapshot.', certain: false, tasks };
  }
  if (waiting.kind === 'unreachable') {
    const message = `${subject}, ${part}which can never go on${through}: nothing has the functions any more that could resolve or reject the promise.`;
    const next =
      'Look at the function that made the promise: on some way through it, the callback is dropped without being called.';
    return { cause: 'never', message, next, certain: true, tasks };
  }
  if (waiting.holders?.length) return inLine(dump, first.task, `${subject}, ${part}`, through, tasks);
  const goesOn = waiting.location ? `, and goes on in ${functionPlace(waiting.location)}` : '';
  return {
    cause: waiting.kind === 'unknown' ? 'unknown' : 'waiting',
    message: `${subject}, ${part}${waitingText(waiting)}${through}${goesOn}.${waiting.holders ? NOBODY_HAS_IT : ''}`,
    next: waiting.holders ? ADVICE_IN_LINE : (ADVICE[waiting.kind] ?? ''),
    certain: true,
    tasks,
  };
}

const ADVICE: Readonly<Partial<Record<WaitingKind, string>>> = {
  net: 'The other side has not answered: look there, and give the wait a timeout.',
  http: 'The other side has not answered or not ended its answer: look there, and give the wait a timeout.',
  dns: 'The name server has not answered: look there, and give the wait a timeout.',
  stream: 'Look at the other end of the stream: whoever reads from it, or writes to it, does not.',
  worker: 'Look at what the worker does: it has not sent the message.',
  'child-process': 'Look at what the child process does, and whether its output is read.',
  event: 'Look at who should emit the event, and whether it was emitted before anybody listened.',
  promise: 'Look at who should call the resolve function that is kept there.',
};

const NOBODY_HAS_IT = ' No suspended task is known to hold it up.';
const ADVICE_IN_LINE =
  'Look at who should call the resolve functions that are kept there; of a lock or a pool, at ways through the code that do not give it back.';

function nobody(dump: TaskDump, file: string, line: number): StuckVerdict {
  const frames = dump.tasks.flatMap(({ stack }) =>
    stack.filter((frame) => frame.exact && isFile(frame.file, file)),
  );
  const lines = [...new Set(frames.map((frame) => frame.line))].sort((a, b) => a - b);
  const elsewhere =
    lines.length === 0
      ? ' or anywhere else in this file'
      : `; in this file tasks stand at ${lines.length === 1 ? 'line' : 'lines'} ${lines.slice(0, MAX_LINES).join(', ')}${lines.length > MAX_LINES ? ' and more' : ''}`;
  return {
    cause: 'nobody',
    message: `No task is suspended at line ${line}${elsewhere}.`,
    next: lines.length === 0 ? '' : 'Ask for one of these lines.',
    certain: dump.depth === 'full',
    tasks: [],
  };
}

const MAX_LINES = 8;

function deadlock(dump: TaskDump, cycle: TaskCycle, what: string, tasks: number[]): StuckVerdict {
  const [only, ...others] = cycle.tasks;
  const circular = only !== undefined && others.length === 0 && !dump.tasks[only]?.waitingFor?.holders;
  return {
    cause: 'deadlock',
    message: `${what}: ${cycle.steps.join('; ')}. None of them can go on.`,
    next: circular
      ? 'Break the circle: one of these functions must not wait for the other.'
      : others.length === 0 && cycle.steps.join().endsWith('once more')
        ? 'Take all that is needed at once, or give back what was taken before taking more.'
        : 'Take them in the same order everywhere, or give back what was taken before taking more.',
    certain: true,
    tasks,
  };
}

/** For tasks that stand in line: who has what they wait for. */
function inLine(dump: TaskDump, task: Task, subject: string, through: string, tasks: number[]): StuckVerdict {
  const holders = task.waitingFor?.holders ?? [];
  const cycle = dump.cycles.find((each) => holders.some((holder) => each.tasks.includes(holder.task)));
  const [first] = holders;
  if (cycle) return deadlock(dump, cycle, `${subject}in line for ${first!.what} behind a deadlock`, tasks);
  const who = holders.slice(0, MAX_HOLDERS).map((holder) => {
    const { count: times, stack, waitingFor } = dump.tasks[holder.task]!;
    const name = stack.at(-1)!.function;
    const taken = holder.taken ? ` (taken at ${placeText(holder.taken)})` : '';
    return `${times > 1 ? `${count(times)} × ` : ''}${name}${taken}, ${waitingText(waitingFor) ?? 'suspended'}`;
  });
  const more = holders.length > MAX_HOLDERS ? ` and ${count(holders.length - MAX_HOLDERS)} more groups` : '';
  return {
    cause: 'in-line',
    message: `${subject}in line for ${first!.what}${through}. It is held by ${who.join('; ')}${more}.`,
    next: 'Look at why those who have it do not go on and give it back.',
    certain: true,
    tasks,
  };
}

const MAX_HOLDERS = 3;

/** `Pool.acquire (db.js:12)` */
const placeName = (frame: TaskFrame): string => (frame.line === 0 ? frame.function : functionPlace(frame));
const functionPlace = (at: { file: string; line: number; function?: string }): string =>
  at.function ? `${at.function} (${placeText(at)})` : placeText(at);
const placeText = ({ file, line }: { file: string; line: number }): string =>
  `${file.split(/[\\/]/).at(-1)}:${line}`;

/** Whether a file is meant by a path, or by the end of one. */
function isFile(file: string, wanted: string): boolean {
  const [a, b] = [file, wanted].map((name) =>
    name.replaceAll('\\', '/').replace(/^[a-z]:/, (drive) => drive.toUpperCase()),
  );
  return a === b || a!.endsWith(`/${b!.replace(/^\.\//, '')}`);
}
