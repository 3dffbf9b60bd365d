import type { Debugger, Runtime } from 'node:inspector';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError } from '../base/user-error.ts';
import type { SelectTaskArguments, TasksArguments, TasksBody } from './custom-requests.ts';
import { breakpointLocations } from './breakpoint-locations.ts';
import type { ClientPort } from './debugged.ts';
import type { EvaluationPlace } from './evaluate.ts';
import type { Loop } from './loop.ts';
import type { LiveLoop } from './program.ts';
import type { Place } from './scripts.ts';
import { SourceTable } from './sources.ts';
import type { Conventions } from './sources.ts';
import { FrameTable, mayRestart, stoppedStack } from './stacks.ts';
import type { FrameRef } from './stacks.ts';
import { findSuspended, releaseSuspended, suspendedScopes } from './suspended.ts';
import type { SuspendedFunction } from './suspended.ts';
import { awaitingCaller, taskStack } from './task-frames.ts';
import { TaskThreads } from './task-threads.ts';
import { VariableTable } from './variables.ts';

export interface InspectionPorts {
  conventions: Conventions;
  client: ClientPort;
  /** @throws UserError when there is no such loop */
  live: (threadId: number) => LiveLoop;
  loops: () => LiveLoop[];
}

const SCOPE_NAMES: Readonly<Record<string, string>> = {
  local: 'Local',
  closure: 'Closure',
  block: 'Block',
  catch: 'Catch',
  with: 'With',
  script: 'Script',
  module: 'Module',
  eval: 'Eval',
  global: 'Global',
  'wasm-expression-stack': 'Expression stack',
};

/** Looks into what is being debugged: threads, frames, variables, sources. */
export class Inspection {
  readonly frames = new FrameTable();
  readonly variablesOf = new VariableTable();
  readonly sources = new SourceTable();
  readonly tasks: TaskThreads;
  /** Whose code is shown as not the user's. */
  muted: (source: string) => boolean = () => false;
  readonly #ports: InspectionPorts;
  readonly #found = new WeakMap<FrameRef, Promise<SuspendedFunction>>();
  readonly #stacks = new Map<Loop, Promise<DebugProtocol.StackFrame[]>>();

  constructor(ports: InspectionPorts) {
    this.#ports = ports;
    this.tasks = new TaskThreads(ports.client, ports.loops);
  }

  threads(): DebugProtocol.ThreadsResponse['body'] {
    const loops = this.#ports.loops().map(({ loop }) => ({ id: loop.threadId, name: loop.name }));
    const tasks = this.tasks.all().map(({ threadId, name }) => ({ id: threadId, name }));
    return { threads: [...loops, ...tasks] };
  }

  async stackTrace(
    args: DebugProtocol.StackTraceArguments,
  ): Promise<DebugProtocol.StackTraceResponse['body']> {
    const all = await this.#stackOf(args.threadId);
    const start = args.startFrame ?? 0;
    const end = args.levels === undefined || args.levels === 0 ? all.length : start + args.levels;
    return { stackFrames: all.slice(start, end), totalFrames: all.length };
  }

  async scopes({ frameId }: DebugProtocol.ScopesArguments): Promise<DebugProtocol.ScopesResponse['body']> {
    const ref = this.frames.get(frameId);
    if (ref.kind === 'label' || ref.kind === 'past') return { scopes: [] };
    if (ref.kind === 'call') return { scopes: this.#callScopes(ref.loop, ref.frame) };
    return { scopes: suspendedScopes(ref.loop, await this.#suspended(ref), this.variablesOf) };
  }

  /** The request `looplens/tasks`. */
  async readTasks({ depth = 'full' }: TasksArguments): Promise<TasksBody> {
    const dumps = await this.tasks.read(depth === 'quick' ? 'quick' : 'full');
    const [first] = dumps;
    const threads = this.tasks.all();
    return {
      depth: first?.dump.depth ?? 'quick',
      ...(first?.dump.snapshot ? { snapshot: first.dump.snapshot } : {}),
      groups: threads.map(({ threadId, name, task }) => ({
        threadId,
        name,
        count: task.count,
        ...(task.waitingFor ? { waitingFor: task.waitingFor } : {}),
        stack: task.stack,
      })),
      cycles: dumps.flatMap(({ dump }) =>
        dump.cycles.map(({ tasks, steps }) => ({
          threadIds: tasks.flatMap((k) =>
            threads.filter(({ task }) => task === dump.tasks[k]).map((t) => t.threadId),
          ),
          steps,
        })),
      ),
    };
  }

  /** The request `looplens/selectTask`. */
  selectTask({ threadId, index }: SelectTaskArguments): void {
    const thread = this.tasks.get(threadId);
    if (!thread) {
      throw new UserError('usage', `Thread ${threadId} is no group of tasks.`, 'Read the tasks anew.');
    }
    if (!Object.hasOwn(thread.task.instances, index)) {
      const last = thread.task.instances.length - 1;
      throw new UserError(
        'usage',
        `Thread ${threadId} has no task ${index}.`,
        `Give an index from 0 to ${last}.`,
      );
    }
    thread.instance = index;
    this.#ports.client.send('invalidated', { areas: ['stacks', 'variables'], threadId });
  }

  async variables(args: DebugProtocol.VariablesArguments): Promise<DebugProtocol.VariablesResponse['body']> {
    return { variables: await this.variablesOf.list(args.variablesReference, args) };
  }

  async setVariable(
    args: DebugProtocol.SetVariableArguments,
  ): Promise<DebugProtocol.SetVariableResponse['body']> {
    const { name: _, ...rest } = await this.variablesOf.set(args.variablesReference, args.name, args.value);
    return rest;
  }

  /** Where something typed is evaluated: a frame, or without one the first stopped loop, or the main one. */
  async place(frameId: number | undefined): Promise<EvaluationPlace> {
    if (frameId !== undefined) {
      const ref = this.frames.get(frameId);
      if (ref.kind === 'call') return { kind: 'call', loop: ref.loop, frame: ref.frame };
      if (ref.kind === 'label') {
        throw new UserError(
          'usage',
          'Nothing can be evaluated between two functions.',
          'Select the frame of a function.',
        );
      }
      if (ref.kind === 'past') {
        throw new UserError(
          'usage',
          'This function has ended, and its variables with it.',
          'Set a breakpoint in it to see them.',
        );
      }
      const { scopes, receiver } = await this.#suspended(ref);
      return {
        kind: 'suspended',
        loop: ref.loop,
        scopes: scopes.filter(({ name }) => name !== 'Global').map(({ objectId }) => objectId),
        receiver: receiver?.objectId,
      };
    }
    const [main] = this.#ports.loops();
    if (!main) throw new UserError('usage', 'No program is being debugged.', 'Launch or attach first.');
    return Promise.resolve({ kind: 'global', loop: main.loop });
  }

  /** A value as the client shows it; a text that was asked for comes whole. */
  show(
    loop: Loop,
    value: Runtime.RemoteObject,
    context: string | undefined,
  ): ReturnType<VariableTable['value']> {
    const shown = this.variablesOf.value(loop, value);
    const whole = value.type === 'string' && (context === 'clipboard' || context === 'repl');
    return whole
      ? { ...shown, value: context === 'clipboard' ? String(value.value) : JSON.stringify(value.value) }
      : shown;
  }

  async source(args: DebugProtocol.SourceArguments): Promise<DebugProtocol.SourceResponse['body']> {
    const content = await this.sources.text(args.source?.sourceReference ?? args.sourceReference);
    return { content, mimeType: 'text/javascript' };
  }

  loadedSources(): DebugProtocol.LoadedSourcesResponse['body'] {
    const all = this.#ports.loops().flatMap(({ loop }) => this.sources.loaded(loop));
    const byKey = new Map(all.map((source) => [source.sourceReference ?? source.path, source]));
    return { sources: [...byKey.values()] };
  }

  /** Tells the client of a script of the user. */
  announce(loop: Loop, reason: 'new' | 'changed' | 'removed', scriptId: string): void {
    const script = loop.scripts.get(scriptId);
    if (!script || script.internal || script.url === '') return;
    for (const source of this.sources.ofScript(loop, script))
      this.#ports.client.send('loadedSource', { reason, source });
  }

  /** The script behind a source that has no file. */
  scriptOf(reference: number): { loop: Loop; scriptId: string } | undefined {
    const found = this.sources.scriptOf(reference);
    const live = this.#ports.loops().find(({ loop }) => loop.threadId === found?.threadId);
    return found && live && { loop: live.loop, scriptId: found.scriptId };
  }

  async breakpointLocations(
    args: DebugProtocol.BreakpointLocationsArguments,
  ): Promise<DebugProtocol.BreakpointLocationsResponse['body']> {
    const loops = this.#ports.loops().map(({ loop }) => loop);
    return { breakpoints: await breakpointLocations(loops, args, this.#ports.conventions) };
  }

  async restartFrame({ frameId }: DebugProtocol.RestartFrameArguments): Promise<void> {
    const ref = this.frames.get(frameId);
    if (ref.kind !== 'call' || !mayRestart(ref.frame)) {
      throw new UserError(
        'usage',
        'This frame cannot be restarted.',
        'Async functions and frames of Node.js 18 cannot; choose another one.',
      );
    }
    await ref.loop.connection.send('Debugger.restartFrame', {
      callFrameId: ref.frame.callFrameId,
      mode: 'StepInto',
    });
  }

  /** The loop has gone on: what was shown of its stop holds no more. */
  forget(loop: Loop): void {
    this.#stacks.delete(loop);
    this.tasks.forget(loop);
    this.frames.forget((ref) => ref.loop === loop);
    this.variablesOf.forget(loop);
    void releaseSuspended(loop);
  }

  /** A place in the client's terms. */
  location(loop: Loop, place: Place): { source: DebugProtocol.Source; line: number; column: number } {
    const { lineBase, columnBase } = this.#ports.conventions;
    return {
      source: this.sources.source(loop, place),
      line: place.line + lineBase,
      column: place.column + columnBase,
    };
  }

  /** Finds the function of a frame once; what it holds is read anew each time that it is opened. */
  #suspended(ref: Extract<FrameRef, { kind: 'suspended' | 'caller' }>): Promise<SuspendedFunction> {
    if (ref.kind === 'suspended' && ref.generator === 0) {
      throw new UserError(
        'usage',
        'These tasks were read without a heap snapshot, so their variables are not known.',
        'Pause the task to take one.',
      );
    }
    let found = this.#found.get(ref);
    if (!found) {
      found =
        ref.kind === 'suspended'
          ? findSuspended(ref.loop, ref.generator, ref.line)
          : awaitingCaller(ref, this.tasks);
      this.#found.set(ref, found);
      found.catch(() => this.#found.delete(ref));
    }
    return found;
  }

  async #stackOf(threadId: number): Promise<DebugProtocol.StackFrame[]> {
    const task = this.tasks.get(threadId);
    if (task) {
      this.frames.forget((ref) => 'threadId' in ref && ref.threadId === threadId);
      return taskStack(task, this.frames, this.#ports.conventions);
    }
    const { loop, control } = this.#ports.live(threadId);
    const { pause } = loop;
    if (!pause) throw new UserError('usage', 'The thread is running.', 'Pause it to see its stack.');
    let stack = this.#stacks.get(loop);
    if (!stack) {
      const { frames, sources, muted } = this;
      stack = stoppedStack(loop, pause, control.callers(pause), {
        frames,
        sources,
        muted,
        conventions: this.#ports.conventions,
      });
      this.#stacks.set(loop, stack);
    }
    return stack;
  }

  #callScopes(loop: Loop, frame: Debugger.CallFrame): DebugProtocol.Scope[] {
    const scopes = frame.scopeChain.flatMap((scope, k): DebugProtocol.Scope[] => {
      if (scope.object.objectId === undefined) return [];
      const name = SCOPE_NAMES[scope.type] ?? scope.type;
      const reference = this.variablesOf.add({
        kind: 'scope',
        loop,
        objectId: scope.object.objectId,
        frame,
        scope: k,
      });
      return [
        {
          name: scope.name === undefined || scope.name === '' ? name : `${name} (${scope.name})`,
          variablesReference: reference,
          expensive: scope.type === 'global',
          ...(scope.type === 'local' ? { presentationHint: 'locals' } : {}),
        },
      ];
    });
    const extra: DebugProtocol.Variable[] = [];
    if (frame.this.type !== 'undefined') extra.push(this.variablesOf.variable(loop, 'this', frame.this));
    if (frame.returnValue) extra.push(this.variablesOf.variable(loop, '(returns)', frame.returnValue));
    if (extra.length === 0) return scopes;
    const local = scopes[0];
    if (!local) return scopes;
    const inner = local.variablesReference;
    // `this` and what is returned belong to the call, not to an object: they are listed with its locals.
    local.variablesReference = this.variablesOf.addCombined(loop, inner, extra);
    return scopes;
  }
}
