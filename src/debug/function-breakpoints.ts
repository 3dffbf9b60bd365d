import type { Debugger } from 'node:inspector';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { compileTerms, SUPPORT } from './breakpoint-condition.ts';
import type { Loop } from './loop.ts';
import type { Script } from './scripts.ts';

interface FunctionBreakpoint {
  id: number;
  name: string;
  expression: string | undefined;
  bindings: { loop: Loop; breakpointId: string }[];
}

/** Larger scripts are not searched for functions by name. */
const MAX_SOURCE = 4 << 20;

/**
 * Breakpoints on functions: by an expression that gives one (`http.createServer`), or by a name that a script of the
 * user declares (`load`, `Pool.acquire`). Also those on Node's synchronous functions, which speak inside requests only.
 */
export class FunctionBreakpoints {
  readonly #loops = new Set<Loop>();
  readonly #ids: () => number;
  readonly #onFound: (breakpoint: DebugProtocol.Breakpoint) => void;
  #wanted: FunctionBreakpoint[] = [];
  readonly #sync = new Map<Loop, string[]>();

  /** @param onFound a function that was not there when its breakpoint was set has been loaded */
  constructor(ids: () => number, onFound: (breakpoint: DebugProtocol.Breakpoint) => void) {
    this.#ids = ids;
    this.#onFound = onFound;
  }

  async set(wanted: DebugProtocol.FunctionBreakpoint[]): Promise<DebugProtocol.Breakpoint[]> {
    await Promise.all(
      this.#wanted.flatMap(({ bindings }) =>
        bindings.map(({ loop, breakpointId }) => remove(loop, breakpointId)),
      ),
    );
    this.#wanted = [];
    const answers: DebugProtocol.Breakpoint[] = [];
    for (const { name, condition, hitCondition } of wanted) {
      const id = this.#ids();
      try {
        const expression = compileTerms({ id, condition, hitCondition });
        this.#wanted.push({ id, name: name.trim(), expression, bindings: [] });
      } catch (error) {
        answers.push({ id, verified: false, message: (error as Error).message });
        continue;
      }
      const breakpoint = this.#wanted.at(-1)!;
      for (const loop of this.#loops) await this.#bind(breakpoint, loop);
      answers.push({
        id,
        verified: breakpoint.bindings.length > 0,
        ...(breakpoint.bindings.length > 0
          ? {}
          : { message: `No function "${breakpoint.name}" has been loaded yet.` }),
      });
    }
    return answers;
  }

  /** Follows a loop and the scripts that it loads. */
  async addLoop(loop: Loop): Promise<void> {
    this.#loops.add(loop);
    loop.onScript.event((script) => {
      for (const breakpoint of this.#wanted) void this.#bindInNew(breakpoint, loop, script);
    });
    for (const breakpoint of this.#wanted) await this.#bind(breakpoint, loop);
  }

  removeLoop(loop: Loop): void {
    this.#loops.delete(loop);
    this.#sync.delete(loop);
  }

  hit(loop: Loop, v8Ids: readonly string[]): number[] {
    return this.#wanted
      .filter(({ bindings }) => bindings.some((b) => b.loop === loop && v8Ids.includes(b.breakpointId)))
      .map(({ id }) => id);
  }

  /** Stops at functions of Node that hold the loop, inside requests; `functions` are their object ids, [] for none. */
  async watchSync(loop: Loop, functions: readonly string[]): Promise<void> {
    await Promise.all((this.#sync.get(loop) ?? []).map((id) => remove(loop, id)));
    const ids: string[] = [];
    for (const objectId of functions) {
      const answer = await loop.connection
        .send<{ breakpointId: string }>('Debugger.setBreakpointOnFunctionCall', {
          objectId,
          condition: `${SUPPORT}?.inRequest()===true`,
        })
        // Some are built-ins without JavaScript: nothing can stop there.
        .catch(() => undefined);
      if (answer) ids.push(answer.breakpointId);
    }
    this.#sync.set(loop, ids);
  }

  /** The synchronous function that a stop is due to. */
  syncCall(loop: Loop, v8Ids: readonly string[], top: Debugger.CallFrame | undefined): string | undefined {
    const hit = this.#sync.get(loop)?.some((id) => v8Ids.includes(id)) === true;
    return hit ? (top?.functionName ?? 'A synchronous function') : undefined;
  }

  async #bindInNew(breakpoint: FunctionBreakpoint, loop: Loop, script: Script): Promise<void> {
    const found = breakpoint.bindings.length;
    await bindByName(breakpoint, loop, script);
    if (found === 0 && breakpoint.bindings.length > 0) this.#onFound({ id: breakpoint.id, verified: true });
  }

  async #bind(breakpoint: FunctionBreakpoint, loop: Loop): Promise<void> {
    if (/^[\w$]+(\.[\w$]+)*$/.test(breakpoint.name)) {
      const { result } = await loop.evaluate(breakpoint.name, undefined, {
        silent: true,
        throwOnSideEffect: true,
        includeCommandLineAPI: true,
      });
      if (result.type === 'function' && result.objectId !== undefined) {
        const answer = await loop.connection
          .send<{ breakpointId: string }>('Debugger.setBreakpointOnFunctionCall', {
            objectId: result.objectId,
            condition: breakpoint.expression ?? '',
          })
          .catch(() => undefined);
        if (answer) {
          breakpoint.bindings.push({ loop, breakpointId: answer.breakpointId });
          return;
        }
      }
    }
    for (const script of loop.scripts.all()) await bindByName(breakpoint, loop, script);
  }
}

/** Searches a script of the user for the declaration of a function and stops at its first place. */
async function bindByName(breakpoint: FunctionBreakpoint, loop: Loop, script: Script): Promise<void> {
  if (script.internal || script.url === '') return;
  const name = breakpoint.name.split('.').at(-1)!;
  if (!/^#?[\w$]+$/.test(name)) return;
  const answer = await loop.connection
    .send<{ scriptSource: string }>('Debugger.getScriptSource', { scriptId: script.id })
    .catch(() => undefined);
  const text = answer?.scriptSource ?? '';
  if (text.length > MAX_SOURCE) return;
  for (const offset of functionBodies(text, name)) {
    const before = text.slice(0, offset).split('\n');
    const start = { scriptId: script.id, lineNumber: before.length - 1, columnNumber: before.at(-1)!.length };
    const { locations } = await loop.connection
      .send<{ locations: Debugger.Location[] }>('Debugger.getPossibleBreakpoints', {
        start,
        restrictToFunction: true,
      })
      .catch(() => ({ locations: [] }));
    const first = locations[0];
    if (!first) continue;
    const { scriptId, lineNumber, columnNumber } = first;
    const set = await loop.connection
      .send<{ breakpointId: string }>('Debugger.setBreakpoint', {
        location: { scriptId, lineNumber, columnNumber },
        condition: breakpoint.expression ?? '',
      })
      .catch(() => undefined);
    if (set) breakpoint.bindings.push({ loop, breakpointId: set.breakpointId });
  }
}

/** Offsets just behind the opening brace (or the arrow) of functions with this name. */
export function functionBodies(text: string, name: string): number[] {
  const escaped = name.replaceAll('$', '\\$');
  const declared = new RegExp(
    [
      // function load(…) {
      `\\bfunction\\s*\\*?\\s*${escaped}\\s*\\(`,
      // load(…) { as a method, at the beginning of a line or after a brace
      `(?:^|[{};\\n])\\s*(?:static\\s+)?(?:async\\s*)?\\*?\\s*(?:get\\s+|set\\s+)?${escaped}\\s*\\(`,
      // load = function (…) {, load: async (…) => {
      `(?:^|[^\\w$#])${escaped}\\s*[=:]\\s*(?:async\\s*)?(?:function\\s*\\*?\\s*[\\w$]*\\s*)?(?=\\(|[\\w$]+\\s*=>)`,
    ].join('|'),
    'gm',
  );
  return [...text.matchAll(declared)].flatMap((match) => {
    const open = text.indexOf('(', match.index + match[0].length - 1);
    const close = closing(text, open);
    // A call has no body behind its arguments.
    const body = /^\s*(?:=>\s*\{?|\{)/.exec(text.slice(close + 1, close + 40));
    return close < 0 || !body ? [] : [close + 1 + body[0].length];
  });
}

function closing(text: string, open: number): number {
  if (open < 0) return -1;
  let depth = 0;
  for (let k = open; k < text.length && k < open + 2000; k++) {
    if (text[k] === '(') depth++;
    else if (text[k] === ')' && --depth === 0) return k;
  }
  return -1;
}

async function remove(loop: Loop, breakpointId: string): Promise<void> {
  await loop.connection.send('Debugger.removeBreakpoint', { breakpointId }).catch(() => undefined);
}
