import type { Debugger, Runtime } from 'node:inspector';
import { pastCallers } from './async-callers.ts';
import { SUPPORT } from './breakpoint-condition.ts';
import { describeValue } from './describe-value.ts';
import { stopsAt, thrownInfo } from './exceptions.ts';
import type { ExceptionSettings } from './exceptions.ts';
import type { Loop } from './loop.ts';
import type { Stop } from './loop-control.ts';

/** Node calls it with what nobody caught; its parameter is called so in the main thread, and otherwise in workers. */
const HANDLER = 'process._fatalException';
const ERROR = "typeof er !== 'undefined' ? er : error";

/**
 * Exceptions that V8 takes for caught and that end the program all the same: Node's loader awaits an ECMAScript module, and
 * gives up when it throws. The place is left then, so the stop shows where the error was made.
 */
export class FatalWatch {
  readonly #loop: Loop;
  #breakpoint: string | undefined;

  constructor(loop: Loop) {
    this.#loop = loop;
  }

  /** Begins or ends; without effect before the program's first line. */
  async set(wanted: 'on' | 'off'): Promise<void> {
    const { connection } = this.#loop;
    if ((wanted === 'on') === (this.#breakpoint !== undefined)) return;
    const breakpointId = this.#breakpoint;
    if (breakpointId !== undefined) {
      this.#breakpoint = undefined;
      await connection.send('Debugger.removeBreakpoint', { breakpointId }).catch(() => undefined);
      return;
    }
    const { result } = await this.#loop.evaluate(HANDLER, undefined, { silent: true });
    if (result.type !== 'function') return;
    const answer = await connection
      .send<{ breakpointId: string }>('Debugger.setBreakpointOnFunctionCall', { objectId: result.objectId })
      .catch(() => undefined);
    this.#breakpoint = answer?.breakpointId;
  }

  isAt(hits: readonly string[]): boolean {
    return this.#breakpoint !== undefined && hits.includes(this.#breakpoint);
  }

  /** V8 has told of this one: it is not to be told again. */
  async told(thrown: Runtime.RemoteObject): Promise<void> {
    if (this.#breakpoint === undefined || thrown.objectId === undefined) return;
    const source = `function() { ${SUPPORT}?.told(this); }`;
    await this.#loop.call(thrown.objectId, source, [], { returnByValue: true }).catch(() => undefined);
  }

  /** What is said at a stop in Node's handler; undefined where it goes on. */
  async stop(
    { callFrames: [top] }: Debugger.PausedEventDataType,
    settings: ExceptionSettings,
  ): Promise<Stop | undefined> {
    const { result } = await this.#loop.evaluate(ERROR, top, { silent: true, generatePreview: true });
    const trace = await this.#loop.evaluate(`${SUPPORT}?.untold(${ERROR})`, top, {
      silent: true,
      returnByValue: true,
    });
    if (!Array.isArray(trace.result.value)) return undefined;
    if (!(await stopsAt(this.#loop, { ...result, uncaught: true }, settings))) return undefined;
    return {
      reason: 'exception',
      description: 'Paused on exception',
      text: describeValue(result, 'whole').split('\n', 1)[0]!,
      exception: thrownInfo(result, 'unhandled'),
      origin: pastCallers(trace.result.value),
    };
  }
}
