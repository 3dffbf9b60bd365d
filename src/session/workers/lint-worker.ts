import { parentPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { defined } from '../../base/assert.ts';
import { collectFacts } from '../../lint/facts.ts';
import { createLintService } from '../../lint/service.ts';
import type { LintReply, LintRequest } from '../../lint/protocol.ts';
import { createOpenProjects } from '../lint/open-projects.ts';

/**
 * Entry of the lint worker: answers one request after the other. Between two it looks for newer ones, so that a
 * request which a newer one for the same file overtook is answered at once and costs nothing.
 */
function serve(port: MessagePort): void {
  const service = createLintService();
  const projects = createOpenProjects(
    (file, text) => service.index(file, text, 'drop'),
    (verdicts) => service.learn(verdicts),
  );
  let queue: LintRequest[] = [];
  let busy = false;
  port.on('message', (request: LintRequest) => {
    if (request.kind === 'open') {
      void projects.open(request.folder).then((files) => reply({ id: request.id, kind: 'opened', files }));
      return;
    }
    if (request.kind === 'changed') {
      void projects.changed(request.files).then(() => reply({ id: request.id, kind: 'opened', files: 0 }));
      return;
    }
    const isOvertaken = (waiting: LintRequest): boolean =>
      waiting.kind === request.kind && 'file' in waiting && waiting.file === request.file;
    for (const { id } of queue.filter(isOvertaken)) reply({ id, kind: 'superseded' });
    queue = [...queue.filter((waiting) => !isOvertaken(waiting)), request];
    if (!busy) setImmediate(next);
    busy = true;
  });

  function next(): void {
    const request = queue.shift();
    if (!request) {
      busy = false;
      return;
    }
    reply(answer(request));
    setImmediate(next);
  }

  /** Cannot fail: the cores turn bad input into problems or empty answers. */
  function answer(request: LintRequest): LintReply {
    const { id } = request;
    switch (request.kind) {
      case 'lint':
        if (request.verdicts) projects.keep(request.file, request.verdicts);
        return { id, kind: 'lint', outcome: service.lint(request, projects.of(request.file)) };
      case 'index':
        return { id, kind: 'index', index: service.index(request.file, request.text, 'keep') };
      case 'facts':
        return { id, kind: 'facts', facts: collectFacts(request.text, request.file) };
      default:
        return { id, kind: 'superseded' };
    }
  }

  function reply(message: LintReply): void {
    port.postMessage(message);
  }
}

serve(defined(parentPort, 'the port of the worker thread'));
