import * as vscode from 'vscode';
import { Emitter } from '../../base/emitter.ts';
import { UserError } from '../../base/user-error.ts';
import type { Outcome } from '../../model/problem.ts';
import type { Task, TaskDump, WaitingFor } from '../../model/task.ts';
import type { TargetSpec } from '../../session/contract.ts';
import type { Chosen } from '../record/pick-target.ts';
import { Sightings } from './sightings.ts';

/** Asks a process for its suspended async functions, once. Throws UserErrors. */
export type AskTasks = (
  spec: TargetSpec,
  options: {
    depth: TaskDump['depth'];
    signal: AbortSignal;
    /** A few words about what is being done. */
    onProgress: (message: string) => void;
  },
) => Promise<Outcome<TaskDump>>;

/** What is shown. */
export interface Shown {
  /** Name of the process. */
  name: string;
  dump: TaskDump;
  /** What is missing in it, in sentences. */
  notes: string[];
}

/** While watching, the process is left alone for this many times as long as an answer took, and for at least a second. */
const REST_FACTOR = 20;
const REST_LEAST_MS = 1_000;

/** The suspended tasks of one process, as of the last look; looks again on demand, or by itself while watching. */
export class TasksStore {
  readonly #ask: AskTasks;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new Emitter<undefined>();
  readonly #sightings = new Sightings();
  #target: Chosen | undefined;
  #shown: Shown | undefined;
  #asking: AbortController | undefined;
  #watching: NodeJS.Timeout | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(ask: AskTasks, log: vscode.LogOutputChannel) {
    this.#ask = ask;
    this.#log = log;
  }

  get target(): Chosen | undefined {
    return this.#target;
  }

  get shown(): Shown | undefined {
    return this.#shown;
  }

  get watching(): boolean {
    return this.#watching !== undefined;
  }

  seenMs(task: Task): number {
    return this.#sightings.seenMs(task);
  }

  waiting(task: Task): WaitingFor | undefined {
    return this.#sightings.waiting(task);
  }

  counts(task: Task): readonly number[] {
    return this.#sightings.counts(task);
  }

  /** Asks `target`, and shows the answer in place of what was shown. Resolves without an answer when it was cancelled. */
  async look(target: Chosen, depth: TaskDump['depth']): Promise<Shown | undefined> {
    if (target.name !== this.#target?.name) this.clear();
    this.#target = target;
    const title =
      depth === 'quick' ? `Looking at ${target.name}` : `Taking a heap snapshot of ${target.name}`;
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (progress, token) => {
        const stop = new AbortController();
        token.onCancellationRequested(() => stop.abort());
        await this.#answer(target, depth, stop, (message) => progress.report({ message }));
      },
    );
    return this.#shown;
  }

  /** Looks again and again, quickly, until {@link unwatch}; rests in between so that the process hardly notices. */
  watch(): void {
    const target = this.#target;
    if (!target || this.#watching) return;
    const again = async (): Promise<void> => {
      const began = performance.now();
      try {
        await this.#answer(target, 'quick', new AbortController(), () => undefined);
      } catch (error) {
        this.#log.warn(String(error));
        this.unwatch();
        return;
      }
      if (!this.#watching) return;
      const rest = Math.max(REST_LEAST_MS, (performance.now() - began) * REST_FACTOR);
      this.#watching = setTimeout(() => void again(), rest);
    };
    this.#watching = setTimeout(() => void again(), 0);
    this.#changed.fire(undefined);
  }

  unwatch(): void {
    clearTimeout(this.#watching);
    this.#watching = undefined;
    this.#changed.fire(undefined);
  }

  /** Forgets the process and what it said. */
  clear(): void {
    this.#asking?.abort();
    this.unwatch();
    this.#sightings.clear();
    this.#shown = undefined;
    this.#target = undefined;
    this.#changed.fire(undefined);
  }

  dispose(): void {
    this.clear();
    this.#changed.dispose();
  }

  async #answer(
    target: Chosen,
    depth: TaskDump['depth'],
    stop: AbortController,
    onProgress: (message: string) => void,
  ): Promise<void> {
    if (this.#asking) {
      throw new UserError(
        'usage',
        `LoopLens is still asking ${target.name}.`,
        'Wait for the answer, or cancel it.',
      );
    }
    this.#asking = stop;
    try {
      const { value, problems } = await this.#ask(target.spec, { depth, signal: stop.signal, onProgress });
      for (const problem of problems) this.#log.warn(problem.message);
      if (stop.signal.aborted) return;
      this.#sightings.add(value, performance.now());
      this.#shown = { name: target.name, dump: value, notes: problems.map(({ message }) => message) };
      this.#changed.fire(undefined);
    } catch (error) {
      // Cancelled by the user: what was shown stays.
      if (!stop.signal.aborted) throw error;
    } finally {
      this.#asking = undefined;
    }
  }
}
