import os from 'node:os';
import { parentPort, type MessagePort } from 'node:worker_threads';
import { defined } from '../../base/assert.ts';
import { checkRegexp } from '../../lint/regexps/full-check.ts';
import type { FromRegexpsWorker, ToRegexpsWorker } from '../regexps-messages.ts';

/** Entry of the thread that checks regular expressions in full. Each check takes up to some seconds. */
function serve(port: MessagePort): void {
  standBack();
  port.on('message', (text: ToRegexpsWorker) =>
    port.postMessage({ ...text, ...checkRegexp(text) } satisfies FromRegexpsWorker),
  );
}

/** Whoever waits for something else goes first. Only on Linux has a thread a priority of its own. */
function standBack(): void {
  if (process.platform !== 'linux') return;
  try {
    os.setPriority(os.constants.priority.PRIORITY_LOW);
  } catch {
    // Not allowed here: then it runs as all others.
  }
}

serve(defined(parentPort, 'the port of the worker thread'));
