import { UserError } from '../base/user-error.ts';
import { readActive } from '../inspector/active.ts';
import { openHeap } from '../inspector/heap.ts';
import { createSourceLocator, loadedOptions } from '../inspector/source-locator.ts';
import type { AliveDump, AliveThing } from '../model/alive.ts';
import type { Outcome, Problem } from '../model/problem.ts';
import type { TargetSpec } from './contract.ts';
import { reach, stopped, whenStopped } from './reach.ts';
import type { ReachOptions } from './reach.ts';

/**
 * What keeps a process alive: its open timers, handles and requests, with the functions of the program that they call.
 * An inspector that was opened for it is closed again.
 * @throws UserError `unreachable`: the target cannot be reached, does not answer, or the job was stopped
 */
export async function whatKeepsAlive(
  target: TargetSpec,
  options: ReachOptions = {},
): Promise<Outcome<AliveDump>> {
  const reached = await reach(target, options);
  const { workers } = reached;
  const aborted = whenStopped(options.signal);
  try {
    const { pid, node } = await openHeap(reached.connection, workers);
    const dump: AliveDump = { target: { pid, node }, threads: [], things: [] };
    const problems: Problem[] = [];
    const locator = createSourceLocator(reached.session === 'own' ? loadedOptions(reached.connection) : {});
    const main = { id: 'main', name: 'main', connection: reached.connection };
    for (const { id, name, connection } of [main, ...(await workers.list().catch(() => []))]) {
      options.signal?.throwIfAborted();
      dump.threads.push({ id, name });
      const groups = new Map<string, AliveThing>();
      const active = await Promise.race([readActive(connection), aborted]).catch((error: unknown) => {
        if (id === 'main' || options.signal?.aborted) throw error;
        problems.push({ code: 'thread-silent', message: `${name} could not be read.` });
        return [];
      });
      for (const { kind, detail, ref, calls } of active) {
        const frames = await Promise.all(
          calls.map(({ function: fn, url, line, column }) => locator.locate(fn, url, line, column)),
        );
        const own = frames
          .filter(({ owner }) => owner === 'own' || owner === 'package')
          .map(({ file, line, column, function: fn }) => ({
            file,
            line,
            column,
            ...(fn && { function: fn }),
          }));
        const key = [
          kind,
          detail,
          ref,
          ...own.map(({ file, line, column }) => `${file}:${line}:${column}`),
        ].join('\n');
        const known = groups.get(key);
        if (known) known.count++;
        else groups.set(key, { count: 1, kind, detail, ref, calls: own, thread: id });
      }
      dump.things.push(...[...groups.values()].sort(byWeight));
    }
    return { value: dump, problems };
  } catch (error) {
    if (options.signal?.aborted) throw stopped();
    if (error instanceof UserError) throw error;
    throw new UserError(
      'unreachable',
      `The process does not answer: ${error instanceof Error ? error.message : String(error)}.`,
      'Its event loop may be held by native code or paused in a debugger; try again when it runs.',
      { cause: error },
    );
  } finally {
    await workers.close();
    await reached.leave();
  }
}

/** What holds first, then the most. */
const byWeight = (a: AliveThing, b: AliveThing): number =>
  Number(b.ref === 'holds') - Number(a.ref === 'holds') ||
  b.count - a.count ||
  (a.detail < b.detail ? -1 : 1);
