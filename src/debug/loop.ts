import type { Debugger, Runtime } from 'node:inspector';
import { Emitter } from '../base/emitter.ts';
import type { Connection } from '../inspector/connection.ts';
import { ScriptTable } from './scripts.ts';
import type { Script } from './scripts.ts';

/** One stop of a loop, while it lasts. */
export interface Pause {
  readonly event: Debugger.PausedEventDataType;
  /** What was asked of the loop before it stopped: tells a step's end on majors that do not say it. */
  readonly after: Command;
  /** Handles of this stop; V8 forgets them when the loop goes on. */
  readonly group: string;
}

export type Command = 'continue' | 'stepOver' | 'stepInto' | 'stepOut' | 'pause' | 'none';

const METHODS = {
  continue: 'Debugger.resume',
  stepOver: 'Debugger.stepOver',
  stepInto: 'Debugger.stepInto',
  stepOut: 'Debugger.stepOut',
} as const;

/** How long code of the user may run when he evaluates it, ms. */
const EVALUATE_MS = 10 * 60_000;

export interface LoopOptions {
  threadId: number;
  /** `main`, or the inspector's number of the worker. */
  id: string;
  name: string;
  /** Address of its process. */
  process: string;
  connection: Connection;
  maps: 'read' | 'ignored';
}

/** An event loop: the main thread or a worker, with the inspector's session of it. */
export class Loop {
  readonly threadId: number;
  readonly id: string;
  readonly name: string;
  readonly process: string;
  readonly connection: Connection;
  readonly scripts: ScriptTable;
  /** Fires for every pause, also those that nobody shall see. */
  readonly onPaused = new Emitter<Pause>();
  readonly onResumed = new Emitter<undefined>();
  readonly onScript = new Emitter<Script>();
  /** A script's map was read. */
  readonly onMap = new Emitter<Script>();
  readonly onConsole = new Emitter<Runtime.ConsoleAPICalledEventDataType>();
  readonly onException = new Emitter<Runtime.ExceptionThrownEventDataType>();
  #pause: Pause | undefined;
  #command: Command = 'none';
  #pauses = 0;

  constructor(options: LoopOptions) {
    this.threadId = options.threadId;
    this.id = options.id;
    this.name = options.name;
    this.process = options.process;
    this.connection = options.connection;
    this.scripts = new ScriptTable(options.maps);
    const on = this.connection.on.bind(this.connection);
    on('Debugger.scriptParsed', (event: Debugger.ScriptParsedEventDataType) => {
      this.onScript.fire(this.scripts.add(event, (script) => this.onMap.fire(script)));
    });
    on('Debugger.paused', (event: Debugger.PausedEventDataType) => {
      this.#pause = { event, after: this.#command, group: `looplens-pause-${++this.#pauses}` };
      this.#command = 'none';
      this.onPaused.fire(this.#pause);
    });
    on('Debugger.resumed', () => this.#resumed());
    on('Runtime.consoleAPICalled', (event: Runtime.ConsoleAPICalledEventDataType) =>
      this.onConsole.fire(event),
    );
    on('Runtime.exceptionThrown', (event: Runtime.ExceptionThrownEventDataType) =>
      this.onException.fire(event),
    );
  }

  /** The stop that lasts now. */
  get pause(): Pause | undefined {
    return this.#pause;
  }

  /** Resolves when the loop stands: at once where it does. */
  paused(): Promise<void> {
    if (this.#pause) return Promise.resolve();
    return new Promise((resolve) => {
      const subscription = this.onPaused.event(() => {
        subscription.dispose();
        resolve();
      });
    });
  }

  /** Lets a stopped loop go on. */
  async go(how: keyof typeof METHODS): Promise<void> {
    const { pause } = this;
    if (!pause) return;
    this.#command = how;
    await this.connection
      .send('Runtime.releaseObjectGroup', { objectGroup: pause.group })
      .catch(() => undefined);
    // Not when V8 says so: what the program does next may be seen before that.
    if (this.#pause === pause) this.#resumed();
    await this.connection.send(METHODS[how]);
  }

  /** Asks the loop to stop at its next statement. */
  async stop(): Promise<void> {
    this.#command = 'pause';
    await this.connection.send('Debugger.pause');
  }

  /** Evaluates in the frame of a stop, or where there is none, at global level. */
  evaluate(
    expression: string,
    frame: Debugger.CallFrame | undefined,
    options: {
      silent?: boolean;
      returnByValue?: boolean;
      throwOnSideEffect?: boolean;
      generatePreview?: boolean;
      includeCommandLineAPI?: boolean;
      replMode?: boolean;
      awaitPromise?: boolean;
    } = {},
  ): Promise<Evaluated> {
    const params = { expression, objectGroup: this.#pause?.group ?? 'looplens-console', ...options };
    return frame
      ? this.connection.send<Evaluated>(
          'Debugger.evaluateOnCallFrame',
          { ...params, callFrameId: frame.callFrameId },
          EVALUATE_MS,
        )
      : this.connection.send<Evaluated>('Runtime.evaluate', params, EVALUATE_MS);
  }

  /** Calls a function, given as text, on a remote object. */
  call(
    objectId: string,
    source: string,
    args: Runtime.CallArgument[] = [],
    options: { returnByValue?: boolean; throwOnSideEffect?: boolean; generatePreview?: boolean } = {},
  ): Promise<Evaluated> {
    return this.connection.send<Evaluated>(
      'Runtime.callFunctionOn',
      {
        objectId,
        functionDeclaration: `${source}\n//# sourceURL=looplens:call\n`,
        arguments: args,
        silent: true,
        objectGroup: this.#pause?.group ?? 'looplens-console',
        ...options,
      },
      EVALUATE_MS,
    );
  }

  #resumed(): void {
    if (!this.#pause) return;
    this.#pause = undefined;
    this.onResumed.fire(undefined);
  }
}

/** What an evaluation gave. */
export interface Evaluated {
  result: Runtime.RemoteObject;
  exceptionDetails?: Runtime.ExceptionDetails;
}

/** The first line of what was thrown. */
export function thrownText(details: Runtime.ExceptionDetails): string {
  const { exception, text } = details;
  const said = exception?.description ?? (exception && 'value' in exception ? String(exception.value) : text);
  return said.split('\n', 1)[0] ?? text;
}
