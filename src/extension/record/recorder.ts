import * as vscode from 'vscode';
import { Emitter } from '../../base/emitter.ts';
import { UserError } from '../../base/user-error.ts';
import type { Report } from '../../model/finding.ts';
import type { Outcome } from '../../model/problem.ts';
import { analyzeInWorker } from '../../session/analyze-client.ts';
import type { RecordProgress } from '../../session/contract.ts';
import { recordInWorker } from '../../session/record-client.ts';
import type { Recordings } from '../recordings/recordings.ts';
import { settings } from '../settings.ts';
import { childEnvironment } from './child-environment.ts';
import type { Chosen } from './pick-target.ts';

/** What is under way. */
export type RecorderState =
  | { phase: 'idle' }
  | { phase: 'recording'; name: string; progress: RecordProgress | undefined; stopping: boolean }
  | { phase: 'analyzing'; name: string };

/** Records one process at a time and analyses the recording; both in worker threads, both stoppable. */
export class Recorder {
  readonly #recordings: Recordings;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new Emitter<RecorderState>();
  #state: RecorderState = { phase: 'idle' };
  #stop: AbortController | undefined;
  /** What a started program prints; made when one first prints. */
  #output: vscode.OutputChannel | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(recordings: Recordings, log: vscode.LogOutputChannel) {
    this.#recordings = recordings;
    this.#log = log;
  }

  get state(): RecorderState {
    return this.#state;
  }

  /**
   * Records until the set duration, {@link stop}, or the end of the process. Resolves with the recording's path;
   * undefined when the user stopped before there was a connection.
   */
  async record({ spec, name }: Chosen): Promise<string | undefined> {
    this.#claim();
    const seconds = settings().recordDuration;
    const stop = (this.#stop = new AbortController());
    const update = (progress?: RecordProgress): void =>
      this.#set({ phase: 'recording', name, progress, stopping: stop.signal.aborted });
    update();
    stop.signal.addEventListener('abort', () => {
      if (this.#state.phase === 'recording') update(this.#state.progress);
    });
    try {
      const { file } = await recordInWorker(
        spec,
        {
          out: await this.#recordings.fresh(name),
          durationMs: seconds > 0 ? seconds * 1000 : undefined,
          signal: stop.signal,
          log: this.#log,
          onProgress: update,
          onOutput: (text) => this.#programOutput().append(text),
        },
        { env: childEnvironment(process.env) },
      );
      return file;
    } catch (error) {
      if (error === stop.signal.reason) return undefined;
      throw error;
    } finally {
      this.#set({ phase: 'idle' });
    }
  }

  /** The findings of a recording; undefined when the user stopped the analysis (the recording stays). */
  async analyze(file: string, name: string): Promise<Outcome<Report> | undefined> {
    this.#claim();
    const stop = (this.#stop = new AbortController());
    this.#set({ phase: 'analyzing', name });
    try {
      return await analyzeInWorker(file, { signal: stop.signal, log: this.#log });
    } catch (error) {
      if (stop.signal.aborted) return undefined;
      throw error;
    } finally {
      this.#set({ phase: 'idle' });
    }
  }

  /** Ends what is under way and keeps what it has. */
  stop(): void {
    this.#stop?.abort();
  }

  dispose(): void {
    this.stop();
    this.#changed.dispose();
    this.#output?.dispose();
  }

  #claim(): void {
    if (this.#state.phase === 'idle') return;
    throw new UserError(
      'usage',
      `LoopLens is still busy with ${this.#state.name}.`,
      'Click its status bar item to stop it, then try again.',
    );
  }

  #set(state: RecorderState): void {
    this.#state = state;
    this.#changed.fire(state);
  }

  #programOutput(): vscode.OutputChannel {
    if (!this.#output) {
      this.#output = vscode.window.createOutputChannel('LoopLens: Program');
      this.#output.show(true);
    }
    return this.#output;
  }
}
