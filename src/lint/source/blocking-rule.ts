import type { TSESLint } from '@typescript-eslint/utils';
import type { Analysis } from './analysis.ts';
import type { Call, Node } from './ast.ts';
import { enclosingFunction, functionName, isFunction, lastName, someNode } from './ast.ts';
import type { BlockingApi, BlockingFamily } from './blocking-apis.ts';
import { blockingApi } from './blocking-apis.ts';
import type { RuleTools } from './define-rule.ts';
import { comesOften, isInCommands, standsInNowAndThen, type HowOften } from './comes-often.ts';
import type { When } from './reach.ts';
import { beginsByName } from './begins-by-name.ts';
import { runsOnce } from './runs-once.ts';
import { suggestAsyncForm } from './suggest-async.ts';

/** Where a blocking call matters: only in what serves, in async functions too, or in every function. */
type Breadth = 'handler' | 'async' | 'any';

/** Messages of every rule about blocking calls; a rule uses those whose case it answers for. */
export const BLOCKING_MESSAGES = {
  served: '{{api}} blocks the event loop in {{path}}. {{cure}}',
  async: '{{api}} blocks the event loop inside the async {{function}}. {{cure}}',
  plain: '{{api}} blocks the event loop whenever {{function}} runs. {{cure}}',
  useAsync: 'Use {{form}}.',
} as const;

/** JSON schema of the options of the rules about one family. */
export const BREADTH_OPTIONS = {
  breadth: { enum: ['handler', 'async', 'any'] },
  events: { enum: ['often', 'any'] },
} as const;

/** The options of the rules about one family. */
export interface FamilyOptions {
  breadth: Breadth;
  events: HowOften;
}

export interface BlockingChoice {
  families: readonly BlockingFamily[];
  /** Which of the three cases the rule reports. */
  cases: readonly ('served' | 'async' | 'plain')[];
  /** Also functions that are often the right choice. */
  tolerable?: boolean;
  /** Of what is served, only what surely comes often, or all. */
  events?: HowOften;
  /** Whether functions count that are called like what runs once: `init`, `listen`, `loadConfig`. */
  startUpNames?: 'ignore';
}

/** The cases within a breadth. */
export function casesOf(breadth: Breadth): BlockingChoice['cases'] {
  if (breadth === 'any') return ['served', 'async', 'plain'];
  return breadth === 'async' ? ['served', 'async'] : ['served'];
}

/** Reports blocking calls outside start-up code. Every call belongs to one rule, so nothing is said twice. */
export function checkBlockingCalls(tools: RuleTools<unknown>, choice: BlockingChoice): TSESLint.RuleListener {
  const { analysis } = tools;
  const check = (call: Call): void => {
    const api = blockingApi(analysis.bindings.resolve(call.callee));
    if (!api || !choice.families.includes(api.family)) return;
    if (api.tolerable && !choice.tolerable) return;
    const when = analysis.reach.when(call);
    const which = caseOf(call, when);
    if (!which || !choice.cases.includes(which)) return;
    // A command blocks nobody but its user.
    if (which !== 'served' && analysis.kind === 'command') return;
    if (choice.startUpNames === 'ignore' && which === 'async' && beginsByName(call, analysis)) return;
    if (which === 'served' && runsOnce(call, analysis.bindings, analysis.source.visitorKeys, 'object'))
      return;
    if (which === 'served' && choice.events === 'often' && !isOften(call, when, analysis)) return;
    reportBlocking(tools, call, api, when, which);
  };
  return { CallExpression: check, NewExpression: check };
}

/** A command has no requests of its own, but for those of a server that it starts. */
const isOften = (call: Call, when: When, analysis: Analysis): boolean =>
  comesOften(when) &&
  !loadsCode(call, analysis) &&
  !isInCatch(call) &&
  !standsInNowAndThen(call) &&
  (analysis.kind !== 'command' || (when.kind === 'served' && when.chain.at(-1)?.kind === 'http-request')) &&
  (!isInCommands(analysis.file) || (when.kind === 'served' && when.chain.at(-1)?.file === analysis.file));

function caseOf(call: Call, when: When): 'served' | 'async' | 'plain' | undefined {
  if (when.kind === 'start-up') return undefined;
  if (when.kind === 'served') return 'served';
  return asyncAround(call) ? 'async' : 'plain';
}

function reportBlocking(
  tools: RuleTools<unknown>,
  call: Call,
  api: BlockingApi,
  when: When,
  which: 'served' | 'async' | 'plain',
): void {
  const fn = enclosingFunction(call);
  const name = fn && functionName(fn);
  const served = when.kind === 'served' ? when : undefined;
  const shape = served?.chain.at(-1)?.label?.startsWith('request handler') === true;
  tools.report({
    at: call,
    messageId: which,
    data: {
      api: api.name,
      cure: api.cure,
      function: name
        ? `function ${name}`
        : which === 'async'
          ? 'function around it'
          : 'the function around it',
      path: [served?.label ?? '', ...(served?.path ?? []), lastName(call.callee) ?? api.name].join(' -> '),
    },
    detail: {
      confidence:
        which === 'served' ? (shape ? 'likely' : 'certain') : which === 'async' ? 'likely' : 'possible',
      cause: api.cause,
      chain: served?.chain ?? [],
    },
    suggest: suggestAsyncForm(call, tools),
  });
}

/** What a `catch` does is done when something went wrong. */
function isInCatch(call: Call): boolean {
  for (let up: Node | undefined = call.parent; up && !isFunction(up); up = up.parent)
    if (up.type === 'CatchClause') return true;
  return false;
}

/** In a function that loads modules by a name that is made: what it looks for is code, and is loaded once. */
function loadsCode(call: Call, { source }: Analysis): boolean {
  const fn = enclosingFunction(call);
  if (!fn) return false;
  return someNode(
    fn.body,
    source.visitorKeys,
    (node) =>
      (node.type === 'ImportExpression' && node.source.type !== 'Literal') ||
      (node.type === 'CallExpression' &&
        node.callee.type === 'Identifier' &&
        node.callee.name === 'require' &&
        node.arguments[0]?.type !== 'Literal'),
  );
}

/** True inside an async function, also in callbacks that it runs at once: `items.map((x) => readFileSync(x))`. */
function asyncAround(call: Call): boolean {
  for (let fn = enclosingFunction(call); fn; fn = enclosingFunction(fn)) {
    if (fn.async) return true;
    const isCallback = fn.parent.type === 'CallExpression' && (fn.parent.arguments as unknown[]).includes(fn);
    if (!isCallback || !isFunction(fn)) return false;
  }
  return false;
}
