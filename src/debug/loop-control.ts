import type { Debugger } from 'node:inspector';
import { setTimeout as wait } from 'node:timers/promises';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { SUPPORT_URL } from '../inspector/debug-support.ts';
import type { AsyncCaller } from './async-callers.ts';
import { AsyncStep } from './async-step.ts';
import type { Breakpoints } from './breakpoints.ts';
import { describeValue } from './describe-value.ts';
import { exceptionInfo, stopsAt, thrownAt, thrownInfo } from './exceptions.ts';
import type { ExceptionSettings } from './exceptions.ts';
import type { FatalWatch } from './fatal.ts';
import type { FunctionBreakpoints } from './function-breakpoints.ts';
import type { Loop, Pause } from './loop.ts';
import { ownStop } from './own-stop.ts';
import { userCalls } from './stacks.ts';
import type { BlockedWatch } from './watch-ages.ts';

/** Why a loop stands still, as the user is told. */
export interface Stop {
  reason: string;
  description?: string;
  text?: string;
  hitBreakpointIds?: number[];
  exception?: DebugProtocol.ExceptionInfoResponse['body'];
  /** What led here, where the loop itself stands elsewhere: the trace of an error. */
  origin?: AsyncCaller[];
}

export interface ControlPorts {
  breakpoints: Breakpoints;
  functions: FunctionBreakpoints;
  exceptions: () => ExceptionSettings;
  watch: BlockedWatch;
  fatal: FatalWatch;
  muted: (source: string) => boolean;
  /** `shared`: another debugger may stop and resume this loop, too. */
  company: () => 'alone' | 'shared';
  smartStep: boolean;
  stopOnEntry: boolean;
  /** The loop stands before its first line: what needs the program's modules can be put in now. */
  onBegin: () => Promise<void>;
  onStopped: (stop: Stop) => void;
  onContinued: () => void;
}

/** After so many steps through code that nobody wants to see, the place is shown as it is. */
const MAX_SMART_STEPS = 100;

/** After so many stops of a held loop in Node's own code, such a one is shown. */
const MAX_NOWHERE = 60;

/** So long a loop may take to come to its next statement by itself, ms. */
const POKE_MS = 300;
/** So much later than another debugger may we hear of a stop, ms. */
const CLAIM_MS = 500;
/** The answer comes when the stop is over; nobody waits for it. */
const POKE_ANSWER_MS = 1000;

type Verdict =
  | { kind: 'show'; stop: Stop }
  | { kind: 'go'; how: 'continue' | 'stepOver' | 'stepInto' | 'stepOut' }
  | { kind: 'ignore' };

/** Decides about every stop of one loop whether it is shown, and steps it. */
export class LoopControl {
  readonly #loop: Loop;
  readonly #ports: ControlPorts;
  readonly #asyncStep: AsyncStep;
  #stop: Stop | undefined;
  /** A stop that another debugger made, and shows. */
  #foreign: Pause | undefined;
  #judging: Promise<void> | undefined;
  #begun: 'not yet' | 'begun';
  #smartSteps = 0;
  #nowhere = 0;
  #userPause: 'pause' | 'entry' | undefined;
  /** V8's number of the stop at the program's first line, where it does not wait there by itself. */
  #entry: string | undefined;

  /** @param state `waiting`: it stands before its first line, and its first stop is the entry */
  constructor(loop: Loop, state: 'waiting' | 'running', ports: ControlPorts) {
    this.#loop = loop;
    this.#ports = ports;
    this.#asyncStep = new AsyncStep(loop);
    this.#begun = state === 'waiting' ? 'not yet' : 'begun';
    loop.onPaused.event((pause) => {
      this.#judging = this.#onPaused(pause).catch(() => undefined);
    });
    loop.onResumed.event(() => {
      if (!this.#stop) return;
      this.#stop = undefined;
      ports.onContinued();
    });
  }

  /** The stop that the user sees. */
  get stop(): Stop | undefined {
    return this.#stop;
  }

  /** False while the loop stands before its first line. */
  get begun(): boolean {
    return this.#begun === 'begun';
  }

  /** The body of `exceptionInfo`. @throws UserError when there is none */
  exceptionInfo(): DebugProtocol.ExceptionInfoResponse['body'] {
    const stop = this.#stop;
    if (stop?.exception) return stop.exception;
    // What asynchronous code does wrong is told as exceptions are: with its figure, at the line.
    if (stop?.reason === 'exception' && stop.description !== undefined && stop.text !== undefined) {
      return { exceptionId: stop.description, description: stop.text, breakMode: 'always' };
    }
    return exceptionInfo(this.#loop.pause);
  }

  /** The functions that wait for what the loop stands in, the next one first. */
  callers(pause: Pause): Promise<AsyncCaller[]> {
    if (this.#stop?.origin) return Promise.resolve(this.#stop.origin);
    return this.#asyncStep.callers(pause);
  }

  async continue(): Promise<void> {
    await this.#leave('continue');
  }

  async pause(why: 'pause' | 'entry' = 'pause'): Promise<void> {
    if (this.#loop.pause && this.#loop.pause === this.#foreign) {
      this.#show({ reason: 'pause', description: 'Paused' });
      return;
    }
    this.#userPause = why;
    await this.#loop.stop();
    // An idle loop has no statement to stop at: after a moment it is given one of ours.
    if (why === 'pause') setTimeout(() => void this.#poke(), POKE_MS);
  }

  /**
   * Resolves when a pause that was asked for has come, or a moment later. Until then whatever another session evaluates in the
   * loop stops there, and Node may then hear no session any more: a message that comes while one is served is left lying.
   */
  async settled(): Promise<void> {
    if (this.#userPause !== undefined) await Promise.race([this.#loop.paused(), this.#poke()]);
    await this.#judging;
  }

  /** Shows the stop that was left to another debugger, which does not show it either. */
  async claim(): Promise<void> {
    // The other one may have told it before V8 told us.
    await Promise.race([this.#loop.paused(), wait(CLAIM_MS)]);
    await this.#judging;
    if (this.#loop.pause && this.#loop.pause === this.#foreign && !this.#stop) {
      this.#show({ reason: 'pause', description: 'Paused' });
    }
  }

  /** Stops once, at the first line of a file. */
  async stopIn(file: string): Promise<void> {
    if (file !== '') this.#entry = await this.#ports.breakpoints.stopBefore(file, this.#loop);
  }

  async #poke(): Promise<void> {
    if (this.#loop.pause || this.#userPause === undefined) return;
    await this.#loop.connection
      .send(
        'Runtime.evaluate',
        { expression: `0\n//# sourceURL=${SUPPORT_URL}`, silent: true },
        POKE_ANSWER_MS,
      )
      .catch(() => undefined);
  }

  async step(how: 'stepOver' | 'stepInto' | 'stepOut'): Promise<void> {
    const { pause } = this.#loop;
    if (!pause) return;
    this.#smartSteps = 0;
    const own = userCalls(this.#loop, pause.event.callFrames);
    // Below the outermost call of a turn there is only Node: V8 would go on to whatever runs next.
    const outermost = own.length <= 1;
    if (outermost) {
      const returning = pause.event.callFrames[0]?.returnValue !== undefined;
      if (returning || how === 'stepOut') {
        await this.#asyncStep.prepare(pause, returning ? 'return' : 'anywhere');
        await this.#leave('continue');
        return;
      }
      await this.#asyncStep.arm();
    }
    await this.#leave(how);
  }

  async #leave(how: 'continue' | 'stepOver' | 'stepInto' | 'stepOut'): Promise<void> {
    // The client knows that it goes on: it asked for it.
    this.#stop = undefined;
    await this.#ports.watch.reset();
    await this.#loop.go(how);
  }

  async #onPaused(pause: Pause): Promise<void> {
    const verdict = await this.#judge(pause).catch((error: unknown): Verdict => ({
      kind: 'show',
      stop: { reason: 'pause', description: String(error) },
    }));
    if (this.#loop.pause !== pause) return;
    if (verdict.kind === 'ignore') {
      this.#foreign = pause;
      return;
    }
    if (verdict.kind === 'go') {
      await this.#loop.go(verdict.how);
      return;
    }
    await this.#asyncStep.clear();
    // Another debugger may have let it go on meanwhile.
    if (this.#loop.pause !== pause) return;
    this.#userPause = undefined;
    this.#show(verdict.stop);
  }

  #show(stop: Stop): void {
    this.#stop = stop;
    this.#ports.onStopped(stop);
  }

  async #judge(pause: Pause): Promise<Verdict> {
    const { event, after } = pause;
    const { breakpoints, functions, exceptions, watch, fatal } = this.#ports;
    const shared = this.#ports.company() === 'shared';
    // These are the other debugger's, which resumes them itself.
    if (shared && (isInstrumentation(event) || thrownAt(event))) return { kind: 'ignore' };
    if (isInstrumentation(event)) {
      // A script with a source map is about to run: its breakpoints come first.
      await breakpoints.settled(this.#loop);
      return go(after === 'stepInto' ? 'stepInto' : after.startsWith('step') ? 'stepOut' : 'continue');
    }
    if (this.#begun === 'not yet') return this.#begin(event);
    // Workers inherit `--inspect-brk`, and stop a second time by themselves.
    if (event.reason === 'Break on start') return shared ? { kind: 'ignore' } : go('continue');

    const thrown = thrownAt(event);
    if (thrown) {
      if (thrown.uncaught === true) await fatal.told(thrown);
      if (!(await stopsAt(this.#loop, thrown, exceptions()))) return this.#resume(after);
      const exception = thrownInfo(thrown, thrown.uncaught === true ? 'unhandled' : 'always');
      const text = describeValue(thrown, 'whole').split('\n', 1)[0]!;
      return show({ reason: 'exception', description: 'Paused on exception', text, exception });
    }
    const own = await ownStop(this.#loop, event, exceptions());
    if (own) return show(own);

    const hits = event.hitBreakpoints ?? [];
    if (fatal.isAt(hits)) {
      const stop = await fatal.stop(event, exceptions());
      return stop ? show(stop) : this.#resume(after);
    }
    if (this.#entry !== undefined && hits.includes(this.#entry)) {
      this.#entry = undefined;
      await breakpoints.settled(this.#loop);
      return show({ reason: 'entry', description: 'Paused on entry' });
    }
    const arrived = await this.#asyncStep.arrived(pause);
    if (arrived === 'here') return show({ reason: 'step' });
    const ids = [...breakpoints.hit(this.#loop, hits), ...functions.hit(this.#loop, hits)];
    if (ids.length > 0)
      return show({
        reason: functions.hit(this.#loop, hits).length > 0 ? 'function breakpoint' : 'breakpoint',
        hitBreakpointIds: ids,
      });
    if (breakpoints.wasTaken(this.#loop, hits)) {
      await breakpoints.settled(this.#loop);
      const due = await breakpoints.due(this.#loop, event.callFrames[0]);
      if (due.length > 0) return show({ reason: 'breakpoint', hitBreakpointIds: due });
      return this.#resume(after);
    }
    const sync = functions.syncCall(this.#loop, hits, event.callFrames[0]);
    if (sync !== undefined) {
      return show({
        reason: 'exception',
        description: 'Paused on a synchronous call',
        text: `${sync} holds the event loop inside a request`,
      });
    }
    if (arrived === 'elsewhere') return go('continue');

    if (watch.asked) {
      // Between two callbacks of the program there is only Node's code, and no line to show: it is asked again.
      const nowhere = userCalls(this.#loop, event.callFrames).length === 0;
      if (nowhere && ++this.#nowhere < MAX_NOWHERE) {
        watch.askAgain();
        return go('continue');
      }
      this.#nowhere = 0;
      const blocked = await watch.verify();
      if (blocked) return show({ reason: 'exception', ...blocked });
      if (!this.#userPause) return go('continue');
    }
    if (this.#userPause === 'entry') return show({ reason: 'entry', description: 'Paused on entry' });
    if (this.#userPause) return show({ reason: 'pause', description: 'Paused' });
    if (after.startsWith('step')) return this.#stepped(event, after);
    if (await this.#atDebuggerStatement(event))
      return show({ reason: 'pause', description: 'Paused on debugger statement' });
    if (!['other', 'step', 'ambiguous'].includes(event.reason)) {
      return show({ reason: 'pause', description: `Paused on ${event.reason}` });
    }
    // Another debugger stopped it: its user goes on with it.
    return { kind: 'ignore' };
  }

  async #begin(event: Debugger.PausedEventDataType): Promise<Verdict> {
    this.#begun = 'begun';
    await this.#ports.onBegin();
    await this.#ports.breakpoints.settled(this.#loop);
    if (this.#ports.stopOnEntry) return show({ reason: 'entry', description: 'Paused on entry' });
    const ids = this.#ports.breakpoints.hit(this.#loop, event.hitBreakpoints ?? []);
    return ids.length > 0 ? show({ reason: 'breakpoint', hitBreakpointIds: ids }) : go('continue');
  }

  #resume(after: Pause['after']): Verdict {
    return go(after === 'stepOver' || after === 'stepInto' || after === 'stepOut' ? after : 'continue');
  }

  #stepped(event: Debugger.PausedEventDataType, after: Pause['after']): Verdict {
    const top = event.callFrames[0];
    const location = top?.location;
    const place =
      location &&
      this.#loop.scripts.place(location.scriptId, {
        line: location.lineNumber,
        column: location.columnNumber ?? 0,
      });
    if (place && ++this.#smartSteps < MAX_SMART_STEPS) {
      const { script, source, unmapped } = place;
      if (script.url.startsWith('looplens:') || this.#ports.muted(source ?? script.url)) return go('stepOut');
      if (unmapped && this.#ports.smartStep) return go(after === 'stepOut' ? 'stepOut' : 'stepInto');
    }
    return show({ reason: 'step' });
  }

  async #atDebuggerStatement({ callFrames: [top] }: Debugger.PausedEventDataType): Promise<boolean> {
    if (!top) return false;
    const { scriptId, lineNumber, columnNumber = 0 } = top.location;
    const answer = await this.#loop.connection.send<{ scriptSource: string }>('Debugger.getScriptSource', {
      scriptId,
    });
    const line = answer.scriptSource.split('\n')[lineNumber] ?? '';
    return line.slice(columnNumber).startsWith('debugger');
  }
}

function isInstrumentation({ reason, hitBreakpoints = [] }: Debugger.PausedEventDataType): boolean {
  return (
    reason === 'instrumentation' ||
    hitBreakpoints.some((id) => id.endsWith('beforeScriptWithSourceMapExecution'))
  );
}

function show(stop: Stop): Verdict {
  return { kind: 'show', stop };
}

function go(how: 'continue' | 'stepOver' | 'stepInto' | 'stepOut'): Verdict {
  return { kind: 'go', how };
}
