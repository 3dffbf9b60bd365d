import { Worker } from 'node:worker_threads';
import type { Disposable } from '../base/disposable.ts';
import { EMPTY_INDEX } from '../lint/project/file-index.ts';
import type { FileIndex } from '../lint/project/file-index.ts';
import type { ProjectFacts } from '../lint/project/reach-facts.ts';
import type { TypedGifts } from '../lint/types/typed-calls.ts';
import type { LintOutcome, LintReply, LintRequest, PresetName, RuleChoice } from '../lint/protocol.ts';
import type { JudgedRegexp } from '../lint/regexps/verdict.ts';
import type { SourceFacts } from '../model/source-facts.ts';
import { asset } from './assets.ts';
import type { SourceFile } from './sources.ts';

/** Asks the lint worker, so that parsing and rules never run on the caller's event loop. */
export interface LintClient extends Disposable {
  /**
   * Hints of one text. When a newer request for the same file overtakes it, the answer is empty, with a problem
   * `superseded`.
   */
  lint(file: string, text: string, preset: PresetName, known?: Known): Promise<LintOutcome>;
  /** Indexes the project around a folder, so that later hints know who calls whom. How many files it has. */
  open(folder: string): Promise<number>;
  /** Tells of files that were written, made or removed on disk. */
  changed(files: readonly string[]): Promise<void>;
  /** What the project's graph needs of a text. */
  index(file: string, text: string): Promise<FileIndex>;
  /** What the sources prove, in the order of the files. */
  facts(files: readonly SourceFile[]): Promise<SourceFacts[]>;
}

/** What is known of a text beside itself. */
export interface Known {
  /** Changes to the preset, by rule name. */
  rules?: Readonly<Record<string, RuleChoice>>;
  /** What the project's other files tell about it. */
  project?: ProjectFacts | undefined;
  /** What the type checker says of its calls. */
  gifts?: TypedGifts | undefined;
  /** What the full check says of its regular expressions; later requests need not say it again. */
  verdicts?: readonly JudgedRegexp[] | undefined;
}

export interface LintClientOptions {
  /** A text that takes longer is given up, ms. */
  patienceMs?: number;
}

/**
 * Starts the worker with the first request. A text that kills it or takes too long is answered with a problem, and the
 * other requests go to a new worker.
 */
export function startLintClient({ patienceMs = 30_000 }: LintClientOptions = {}): LintClient {
  return new WorkerClient(patienceMs);
}

/** Room for young objects, MB, twice of what is usual: trees outlive many small collections, and copying them costs. */
const YOUNG_MB = 96;

interface Waiting {
  request: LintRequest;
  resolve: (reply: LintReply) => void;
  reject: (error: Error) => void;
}

class WorkerClient implements LintClient {
  readonly #patienceMs: number;
  /** In the order the worker serves them: the first one is at work. */
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  /** A new worker opens them again. */
  readonly #folders = new Set<string>();
  #lastId = 0;
  #disposed = false;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  async lint(
    file: string,
    text: string,
    preset: PresetName,
    { rules, project, gifts, verdicts }: Known = {},
  ): Promise<LintOutcome> {
    const reply = await this.#ask({
      id: ++this.#lastId,
      kind: 'lint',
      file,
      text,
      preset,
      ...(rules ? { rules } : {}),
      ...(project ? { project } : {}),
      ...(gifts ? { gifts } : {}),
      ...(verdicts ? { verdicts } : {}),
    });
    if (reply.kind === 'lint') return reply.outcome;
    return {
      value: [],
      problems: [{ code: 'superseded', message: `${file} was asked for again before its answer.` }],
      unchecked: [],
    };
  }

  async index(file: string, text: string): Promise<FileIndex> {
    const reply = await this.#ask({ id: ++this.#lastId, kind: 'index', file, text });
    return reply.kind === 'index' ? reply.index : EMPTY_INDEX;
  }

  async open(folder: string): Promise<number> {
    this.#folders.add(folder);
    const reply = await this.#ask({ id: ++this.#lastId, kind: 'open', folder });
    return reply.kind === 'opened' ? reply.files : 0;
  }

  async changed(files: readonly string[]): Promise<void> {
    await this.#ask({ id: ++this.#lastId, kind: 'changed', files });
  }

  async facts(files: readonly SourceFile[]): Promise<SourceFacts[]> {
    const asked = files.map(async ({ file, text }) => {
      const reply = await this.#ask({ id: ++this.#lastId, kind: 'facts', file, text });
      return reply.kind === 'facts' ? reply.facts : { file, independentAwaits: [], calls: [] };
    });
    return Promise.all(asked);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    clearTimeout(this.#watchdog);
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new Error('The lint worker was stopped.'));
    void this.#worker?.terminate();
    this.#worker = undefined;
  }

  #ask(request: LintRequest): Promise<LintReply> {
    return new Promise((resolve, reject) => {
      if (this.#disposed) throw new Error('The lint worker was stopped.');
      const worker = (this.#worker ??= this.#start());
      this.#waiting.set(request.id, { request, resolve, reject });
      // Only work under way keeps the process alive.
      worker.ref();
      worker.postMessage(request);
      const asked = [...this.#waiting.values()].filter(({ request: one }) => isAboutText(one));
      if (asked.length === 1 && isAboutText(request)) this.#watch();
    });
  }

  #start(): Worker {
    const worker = new Worker(asset('workers/lint.cjs'), {
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    let lost = false;
    const onLost = (reason: string): void => {
      // An error is followed by the exit.
      if (!lost && worker === this.#worker) this.#restart(reason);
      lost = true;
    };
    worker.on('message', (reply: LintReply) => this.#take(reply));
    worker.on('error', (error) => onLost(error instanceof Error ? error.message : String(error)));
    worker.on('exit', (code) => onLost(`the lint worker ended with code ${code}`));
    return worker;
  }

  #take(reply: LintReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    this.#watch();
    waiting?.resolve(reply);
  }

  /** The request at work gets the blame; the others are asked again. */
  #restart(reason: string): void {
    this.#worker = undefined;
    const culprit = [...this.#waiting.values()].find(({ request }) => isAboutText(request));
    const innocent = [...this.#waiting.values()].filter((waiting) => waiting !== culprit);
    if (culprit) {
      this.#waiting.delete(culprit.request.id);
      culprit.resolve(givenUp(culprit.request, reason));
    }
    if (this.#disposed || innocent.length === 0) {
      clearTimeout(this.#watchdog);
      return;
    }
    this.#worker = this.#start();
    const asked = new Set(innocent.map(({ request }) => request.kind === 'open' && request.folder));
    for (const folder of this.#folders) {
      if (!asked.has(folder)) this.#worker.postMessage({ id: 0, kind: 'open', folder } satisfies LintRequest);
    }
    for (const { request } of innocent) this.#worker.postMessage(request);
    this.#watch();
  }

  #watch(): void {
    clearTimeout(this.#watchdog);
    if (this.#waiting.size === 0) {
      this.#worker?.unref();
      return;
    }
    // Projects are indexed in slices: those cannot hold up anything.
    if (![...this.#waiting.values()].some(({ request }) => isAboutText(request))) return;
    this.#watchdog = setTimeout(() => {
      const stuck = this.#worker;
      this.#restart(`it took longer than ${this.#patienceMs / 1000} s`);
      void stuck?.terminate();
    }, this.#patienceMs);
  }
}

const isAboutText = ({ kind }: LintRequest): boolean => kind !== 'open' && kind !== 'changed';

function givenUp(request: LintRequest, reason: string): LintReply {
  const { id } = request;
  if (request.kind === 'open' || request.kind === 'changed') return { id, kind: 'opened', files: 0 };
  const { file } = request;
  if (request.kind === 'facts')
    return { id, kind: 'facts', facts: { file, independentAwaits: [], calls: [] } };
  if (request.kind === 'index') return { id, kind: 'index', index: EMPTY_INDEX };
  const message = `${file} could not be checked: ${reason}.`;
  const problems = [{ code: 'lint-failed', message }];
  return { id, kind: 'lint', outcome: { value: [], problems, unchecked: [] } };
}
