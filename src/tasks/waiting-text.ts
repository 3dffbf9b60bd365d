import type { WaitingFor } from '../model/task.ts';

/**
 * What a task waits for, in a few words: `waiting for a timer (timer of 5000 ms)`. Undefined where a quick look cannot
 * tell.
 */
export function waitingText(waiting: WaitingFor | undefined): string | undefined {
  if (!waiting) return undefined;
  switch (waiting.kind) {
    case 'unreachable':
      return 'can never go on: nobody can settle what it awaits';
    case 'unknown':
      return 'waiting for something that cannot be told';
    default:
      return `waiting for ${KINDS[waiting.kind]}${waiting.detail === '' ? '' : ` (${waiting.detail})`}`;
  }
}

const KINDS: Readonly<Record<Exclude<WaitingFor['kind'], 'unreachable' | 'unknown'>, string>> = {
  timer: 'a timer',
  fs: 'a file',
  net: 'a socket',
  dns: 'a name look-up',
  http: 'an HTTP answer',
  stream: 'a stream',
  worker: 'a worker',
  'child-process': 'a child process',
  event: 'an event',
  promise: 'a promise',
};
