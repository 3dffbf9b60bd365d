import type { Problem } from '../model/problem.ts';
import type { StuckVerdict, Task, TaskDump, TaskFrame, WaitingFor } from '../model/task.ts';
import { clean } from './clean.ts';
import { paintOf, type Paint } from './paint.ts';
import type { TextOptions } from './text.ts';
import { count, counted, ms, place } from './words.ts';

/**
 * Suspended functions for a terminal: a tree from the outermost function inwards, the widest first, each end with what
 * it waits for. Ends with a line break.
 */
export function tasksText(dump: TaskDump, problems: readonly Problem[], options: TextOptions): string {
  const paint = paintOf(options.colour);
  const blocks = [
    ...dump.cycles.map((cycle) => paint.severity('error', `Cycle: ${clean(cycle.steps.join(', '))}.`)),
    ...dump.threads.flatMap(({ id, name }) => {
      const tasks = dump.tasks.filter((task) => task.thread === id);
      const title = id === 'main' ? [] : [paint.strong(`Worker ${clean(name)}`)];
      return tasks.length === 0
        ? []
        : [[...title, ...treeLines(tasks, dump.tasks, options.cwd, paint)].join('\n')];
    }),
    ...problemLines(problems, paint),
    summary(dump, paint),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** Why the tasks at one line do not go on: the verdict, and the stacks of those tasks. Ends with a line break. */
export function stuckText(
  dump: TaskDump,
  verdict: StuckVerdict,
  problems: readonly Problem[],
  { cwd, colour }: TextOptions,
): string {
  const paint = paintOf(colour);
  const { cause, message, next } = verdict;
  const dead = cause === 'deadlock' || cause === 'never';
  const lines = [dead ? paint.severity('error', clean(message)) : paint.strong(clean(message)), clean(next)];
  const tasks = verdict.tasks.map((index) => dump.tasks[index]!);
  const blocks = [
    lines.filter((line) => line !== '').join('\n'),
    ...(tasks.length > 0 ? [treeLines(tasks, dump.tasks, cwd, paint).join('\n')] : []),
    ...problemLines(problems, paint),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function summary({ depth, tasks, snapshot, target }: TaskDump, paint: Paint): string {
  const total = tasks.reduce((sum, task) => sum + task.count, 0);
  const about = depth === 'quick' ? 'about ' : '';
  const what =
    total === 0
      ? 'No async function is suspended'
      : `${about}${counted(total, 'task')} in ${counted(tasks.length, 'group')}`;
  const how = snapshot
    ? `heap of ${snapshot.heapMB} MB, held for ${ms(snapshot.pauseMs)}`
    : 'without a heap snapshot: what they wait for is not known';
  return `${paint.strong(`${what.charAt(0).toUpperCase()}${what.slice(1)}.`)} ${paint.quiet(`Process ${target.pid}, Node ${target.node}, ${how}.`)}`;
}

/** A function of a stack, seen from outside, with the functions that it awaits. */
interface Branch {
  frame: TaskFrame;
  count: number;
  inner: Map<string, Branch>;
  /** Where stacks end: nothing of the program stands further in. */
  ends: { count: number; waitingFor: WaitingFor | undefined; held: string }[];
}

function treeLines(tasks: readonly Task[], all: readonly Task[], cwd: string, paint: Paint): string[] {
  const roots = new Map<string, Branch>();
  for (const { stack, count: times, waitingFor } of tasks) {
    let level = roots;
    let branch: Branch | undefined;
    for (const frame of stack.toReversed()) {
      const key = `${frame.kind} ${frame.function} ${frame.file}:${frame.line}:${frame.column}`;
      branch = level.get(key) ?? { frame, count: 0, inner: new Map(), ends: [] };
      level.set(key, branch);
      branch.count += times;
      level = branch.inner;
    }
    branch?.ends.push({ count: times, waitingFor, held: heldBy(waitingFor, all) });
  }
  const width = Math.max(...[...roots.values()].map((root) => count(root.count).length));
  return widest(roots).flatMap((root) => {
    const head = `${count(root.count).padStart(width)} x `;
    const [first = '', ...rest] = branchLines(root, cwd, paint);
    return [`${paint.strong(head)}${first}`, ...rest.map((line) => ' '.repeat(head.length) + line)];
  });
}

const widest = (branches: ReadonlyMap<string, Branch>): Branch[] =>
  [...branches.values()].sort((a, b) => b.count - a.count);

/** More levels than that are recursion or a framework: the middle is left out. */
const MAX_LEVELS = 40;

function branchLines(start: Branch, cwd: string, paint: Paint): string[] {
  const lines: string[] = [];
  let branch = start;
  // One line for each function on a way without forks, and one for a recursion.
  for (let level = 0; ; level++) {
    let times = 1;
    let only = onlyInner(branch);
    while (only && sameFrame(only.frame, branch.frame)) {
      times++;
      branch = only;
      only = onlyInner(branch);
    }
    const line = frameLine(branch.frame, cwd, paint) + (times > 1 ? paint.quiet(`  ${times} times`) : '');
    if (level < MAX_LEVELS) lines.push(level === 0 ? line : `└ ${line}`);
    else if (level === MAX_LEVELS) lines.push(paint.quiet('└ ...'));
    if (!only) break;
    branch = only;
  }
  const ends = branch.ends.map((end) => endLine(end, branch.inner.size > 0 || branch.ends.length > 1, paint));
  lines.push(...ends.map((line) => `  ${line}`));
  const forks = widest(branch.inner);
  forks.forEach((fork, k) => {
    const last = k === forks.length - 1;
    const head = paint.strong(`${count(fork.count)} x `);
    const [first = '', ...rest] = branchLines(fork, cwd, paint);
    lines.push(`${last ? '└' : '├'} ${head}${first}`);
    lines.push(
      ...rest.map((line) => `${last ? ' ' : '│'} ${' '.repeat(count(fork.count).length + 3)}${line}`),
    );
  });
  return lines;
}

function onlyInner({ inner, ends }: Branch): Branch | undefined {
  const [only] = inner.values();
  return inner.size === 1 && ends.length === 0 ? only : undefined;
}

const sameFrame = (a: TaskFrame, b: TaskFrame): boolean =>
  a.kind === b.kind && a.function === b.function && a.file === b.file && a.line === b.line;

function frameLine(frame: TaskFrame, cwd: string, paint: Paint): string {
  if (frame.kind !== 'await') return paint.quiet(frame.function);
  const at = paint.place(place(frame, cwd));
  const note = frame.exact ? '' : paint.quiet('  where it begins; the await is not known');
  return `${clean(frame.function)}  ${at}${note}`;
}

/** `; pool is held by report`: who has what it stands in line for. */
function heldBy(waitingFor: WaitingFor | undefined, all: readonly Task[]): string {
  const holders = waitingFor?.holders ?? [];
  const names = new Set(holders.map(({ task }) => clean(all[task]?.stack.at(-1)?.function ?? '')));
  const what = clean(holders[0]?.what ?? '');
  return holders.length === 0 || names.has(what) ? '' : `; ${what} is held by ${[...names].join(', ')}`;
}

function endLine(
  { count: times, waitingFor, held }: Branch['ends'][number],
  among: boolean,
  paint: Paint,
): string {
  const which = among ? `${count(times)} of them ` : '';
  if (!waitingFor) return paint.quiet(`${which}suspended here`);
  const { kind, detail } = waitingFor;
  const text = clean(detail);
  switch (kind) {
    case 'unreachable':
      return paint.severity('error', `${which}can never go on: ${text}`);
    case 'promise':
      return paint.quiet(`${which}waiting for a promise: ${text}${held}`);
    case 'unknown':
      return paint.quiet(`${which}waiting for ${text || 'something that is not known'}`);
    default:
      return paint.quiet(`${which}waiting for ${text}`);
  }
}

function problemLines(problems: readonly Problem[], paint: Paint): string[] {
  const lines = [...new Set(problems.map(({ message }) => clean(message)))];
  return lines.length > 0 ? [lines.map((line) => paint.quiet(`Note: ${line}`)).join('\n')] : [];
}
