import { parentPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { defined } from '../base/assert.ts';
import { collectFacts } from './facts.ts';
import { indexText } from './index-text.ts';
import { lintText } from './lint-text.ts';
import type { LintReply, LintRequest } from './protocol.ts';

/**
 * Entry of the lint worker: answers one request after the other. Between two it looks for newer ones, so that a
 * request which a newer one for the same file overtook is answered at once and costs nothing.
 */
function serve(port: MessagePort): void {
  let queue: LintRequest[] = [];
  let busy = false;
  port.on('message', (request: LintRequest) => {
    const [overtaken, rest] = split(
      queue,
      (waiting) => waiting.kind === request.kind && waiting.file === request.file,
    );
    for (const { id } of overtaken) port.postMessage({ id, kind: 'superseded' } satisfies LintReply);
    queue = [...rest, request];
    if (!busy) setImmediate(next);
    busy = true;
  });

  function next(): void {
    const request = queue.shift();
    if (!request) {
      busy = false;
      return;
    }
    port.postMessage(answer(request));
    setImmediate(next);
  }
}

/** Cannot fail: both cores turn bad input into problems or empty answers. */
function answer(request: LintRequest): LintReply {
  const { id } = request;
  switch (request.kind) {
    case 'lint':
      return { id, kind: 'lint', outcome: lintText(request) };
    case 'index':
      return { id, kind: 'index', index: indexText(request.text, request.file) };
    case 'facts':
      return { id, kind: 'facts', facts: collectFacts(request.text, request.file) };
  }
}

function split<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

serve(defined(parentPort, 'the port of the worker thread'));
