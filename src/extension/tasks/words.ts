import type { Task, TaskDump, TaskFrame } from '../../model/task.ts';
import { waitingText } from '../../tasks/waiting-text.ts';

/** `5 × Pool.acquire`, or `Pool.acquire` for one. */
export function taskTitle({ count, stack }: Task): string {
  const name = (ownFrame(stack) ?? stack[0])?.function ?? '(unknown)';
  return count > 1 ? `${String(count)} × ${name}` : name;
}

/** The innermost frame of the user's own code. */
export function ownFrame(stack: readonly TaskFrame[]): TaskFrame | undefined {
  return stack.find((frame) => frame.owner === 'own' && frame.line > 0);
}

/** Tasks suspended at one line: all that have a frame there. */
export interface SuspendedAt {
  line: number;
  count: number;
  /** For how long tasks have been seen there without a break, ms. */
  seenMs: number;
  /** What the tasks whose innermost own frame it is wait for; undefined where that is not known or differs. */
  waiting: string | undefined;
}

/**
 * Tasks by line of one file, for lenses. Frames of which only the function is known stand nowhere exactly: they are left out.
 *
 * @param seenMs how long a group has been seen
 */
export function suspendedIn(dump: TaskDump, file: string, seenMs: (task: Task) => number): SuspendedAt[] {
  const byLine = new Map<number, SuspendedAt & { said: Set<string> }>();
  for (const task of dump.tasks) {
    const lines = new Set<number>();
    for (const frame of task.stack)
      if (frame.exact && frame.file === file && frame.line > 0) lines.add(frame.line);
    for (const line of lines) {
      const at = byLine.get(line) ?? {
        line,
        count: 0,
        seenMs: 0,
        waiting: undefined,
        said: new Set<string>(),
      };
      byLine.set(line, at);
      at.count += task.count;
      at.seenMs = Math.max(at.seenMs, seenMs(task));
      at.said.add(waitingText(task.waitingFor) ?? '');
    }
  }
  return [...byLine.values()]
    .map(({ said, ...at }) => ({ ...at, waiting: said.size === 1 ? [...said][0] || undefined : undefined }))
    .sort((a, b) => a.line - b.line);
}

/** `7 tasks suspended here, seen for 12 s, waiting for timer: setTimeout of 5000 ms` */
export function lensText({ count, seenMs, waiting }: SuspendedAt): string {
  const many = count === 1 ? '1 task suspended here' : `${String(count)} tasks suspended here`;
  const seen = seenMs >= 1000 ? `, seen for ${seconds(seenMs)}` : '';
  return `${many}${seen}${waiting === undefined ? '' : `, ${waiting}`}`;
}

/** For how long a group has been seen without a break: `12 s`; '' for the first look. */
export const ageText = (seenMs: number): string => (seenMs >= 1000 ? `for ${seconds(seenMs)}` : '');

/** The sentence above the tree: how many tasks, how they were found, when. */
export function summaryText(dump: TaskDump, name: string): string {
  const count = dump.tasks.reduce((sum, task) => sum + task.count, 0);
  const tasks = count === 1 ? '1 suspended task' : `${String(count)} suspended tasks`;
  const how = dump.snapshot
    ? `by a heap snapshot that held it for ${seconds(dump.snapshot.pauseMs)}`
    : 'a quick look: counts are approximate; a snapshot tells what each waits for';
  const dead = dump.cycles.length > 0 ? ` ${plural(dump.cycles.length, 'deadlock')} found.` : '';
  return `${count === 0 ? 'No suspended task' : tasks} in ${name} (${how}).${dead}`;
}

/** The last counts of a group as a little chart, the newest on the right: `▁▂▅█`. '' for fewer than two. */
export function sparkline(counts: readonly number[]): string {
  if (counts.length < 2) return '';
  const top = Math.max(1, ...counts);
  return counts.map((count) => BARS[Math.round((count / top) * (BARS.length - 1))]!).join('');
}

const BARS = '▁▂▃▄▅▆▇█';

function seconds(ms: number): string {
  if (ms < 1000) return `${String(Math.round(ms))} ms`;
  return ms < 120_000 ? `${String(Math.round(ms / 1000))} s` : `${String(Math.round(ms / 60_000))} min`;
}

const plural = (count: number, noun: string): string => `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
