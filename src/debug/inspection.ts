import type { Debugger, Runtime } from 'node:inspector';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError } from '../base/user-error.ts';
import type { ClientPort } from './debugged.ts';
import type { EvaluationPlace } from './evaluate.ts';
import type { Loop } from './loop.ts';
import type { LiveLoop } from './program.ts';
import type { Place } from './scripts.ts';
import { SourceTable } from './sources.ts';
import type { Conventions } from './sources.ts';
import { FrameTable, mayRestart, stoppedStack } from './stacks.ts';
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
  /** Whose code is shown as not the user's. */
  muted: (source: string) => boolean = () => false;
  readonly #ports: InspectionPorts;
  readonly #stacks = new Map<Loop, Promise<DebugProtocol.StackFrame[]>>();

  constructor(ports: InspectionPorts) {
    this.#ports = ports;
  }

  threads(): DebugProtocol.ThreadsResponse['body'] {
    const loops = this.#ports.loops().map(({ loop }) => ({ id: loop.threadId, name: threadName(loop) }));
    return { threads: loops };
  }

  async stackTrace(
    args: DebugProtocol.StackTraceArguments,
  ): Promise<DebugProtocol.StackTraceResponse['body']> {
    const all = await this.#stackOf(args.threadId);
    const start = args.startFrame ?? 0;
    const end = args.levels === undefined || args.levels === 0 ? all.length : start + args.levels;
    return { stackFrames: all.slice(start, end), totalFrames: all.length };
  }

  scopes({ frameId }: DebugProtocol.ScopesArguments): DebugProtocol.ScopesResponse['body'] {
    const ref = this.frames.get(frameId);
    if (ref.kind === 'call') return { scopes: this.#callScopes(ref.loop, ref.frame) };
    return { scopes: [] };
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
      throw new UserError(
        'usage',
        'Nothing can be evaluated in this frame.',
        'Select the frame of a function.',
      );
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
    const { lineBase, columnBase } = this.#ports.conventions;
    const file = args.source.path ?? '';
    const line = args.line - lineBase;
    const endLine = (args.endLine ?? args.line) - lineBase;
    const found = new Map<string, DebugProtocol.BreakpointLocation>();
    for (const { loop } of this.#ports.loops()) {
      for (const script of loop.scripts.of(file)) {
        const start = script.map?.toScript(file, { line, column: 0 })[0] ?? { line, column: 0 };
        const end = script.map?.toScript(file, { line: endLine + 1, column: 0 })[0] ?? {
          line: endLine + 1,
          column: 0,
        };
        const { locations } = await loop.connection
          .send<{ locations: Debugger.Location[] }>('Debugger.getPossibleBreakpoints', {
            start: { scriptId: script.id, lineNumber: start.line, columnNumber: start.column },
            end: { scriptId: script.id, lineNumber: end.line, columnNumber: end.column },
          })
          .catch(() => ({ locations: [] }));
        for (const { scriptId, lineNumber, columnNumber = 0 } of locations) {
          const place = loop.scripts.place(scriptId, { line: lineNumber, column: columnNumber });
          if (place?.source !== file || place.line < line || place.line > endLine) continue;
          const at = { line: place.line + lineBase, column: place.column + columnBase };
          found.set(`${at.line}:${at.column}`, at);
        }
      }
    }
    return { breakpoints: [...found.values()] };
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
    this.frames.forget((ref) => ref.loop === loop && ref.kind !== 'suspended');
    this.variablesOf.forget(loop);
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

  #stackOf(threadId: number): Promise<DebugProtocol.StackFrame[]> {
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

function threadName({ id, name }: Loop): string {
  return id === 'main' ? 'main' : name;
}
