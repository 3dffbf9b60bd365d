import type { ChainStep } from '../../model/finding.ts';
import type { ProjectFacts } from '../project/reach-facts.ts';
import type { Reading } from './analysis.ts';
import type { Call, FunctionNode, Node, VisitorKeys } from './ast.ts';
import { enclosingFunction, functionName, isFunction, locationOf, propertyName, someNode } from './ast.ts';
import type { Bindings } from './bindings.ts';
import { callbackRole } from './callbacks.ts';
import type { NodeGroups } from './node-groups.ts';
import { runsOnce } from './runs-once.ts';
import { targetsOf } from './targets.ts';

/** When code runs, as far as one file tells. */
export type When =
  /** Again and again while the program serves; `path` names the functions from the entry to the code. */
  | { kind: 'served'; chain: ChainStep[]; label: string; path: string[] }
  /** Once: at module level, or in functions that only module level calls. Also tests and exit handlers. */
  | { kind: 'start-up' }
  /** Somebody else calls it. */
  | { kind: 'unknown' };

/** The call graph of one file, with what the project's graph knows where there is one. */
export interface Reach {
  when(node: Node): When;
  /** What the file alone tells the project's graph about a function. */
  standing(fn: FunctionNode): { open: boolean; aside: boolean; entry?: { step: ChainStep; label: string } };
  /** Functions that a value may be: literals, names, methods; those inside wrapping calls too. */
  targets(value: Node): FunctionNode[];
}

interface Edge {
  from: FunctionNode | undefined;
  site: Node;
  step: NonNullable<ChainStep['kind']>;
}

interface Entry {
  step: ChainStep;
  label: string;
}

interface FunctionFacts {
  callers: Edge[];
  entry?: Entry;
  /** Runs at the end of the process or in a test only. */
  aside: boolean;
  /** Somebody outside what we see may call it. */
  open: boolean;
  /** Tells a server what to do with requests, which is done once, whoever asked for it. */
  registers?: true;
}

/** Who calls whom in one file, and what serves. */
export interface CallGraph {
  facts: ReadonlyMap<FunctionNode, FunctionFacts>;
  /** Functions that nobody but start-up code calls. */
  startUp: ReadonlySet<FunctionNode>;
}

export function callGraph(
  { functions, calls }: NodeGroups,
  keys: VisitorKeys,
  bindings: Bindings,
  file: string,
): CallGraph {
  const facts = new Map<FunctionNode, FunctionFacts>();
  for (const fn of functions) facts.set(fn, { callers: [], aside: false, open: false });
  for (const call of calls) addCall(call);
  for (const [fn, own] of facts) {
    own.open ||= isOpen(fn, bindings);
    own.entry ??= handlerByShape(fn, own, keys, file);
  }
  return { facts, startUp: findStartUp(facts) };

  function addCall(call: Call): void {
    const from = runsOnce(call, bindings, keys) ? undefined : enclosingFunction(call);
    const step = call.parent.type === 'AwaitExpression' ? 'await' : 'call';
    for (const target of targetsOf(call.callee, bindings))
      facts.get(target)?.callers.push({ from, site: call, step });
    for (const argument of call.arguments) {
      if (argument.type === 'ObjectExpression') {
        for (const property of argument.properties) {
          if (property.type !== 'Property') continue;
          addCallback(call, property.value, propertyName(property) ?? '', from);
        }
      } else if (argument.type === 'ArrayExpression') {
        for (const element of argument.elements) if (element) addCallback(call, element, undefined, from);
      } else if (argument.type !== 'SpreadElement') addCallback(call, argument, undefined, from);
    }
  }

  function addCallback(
    call: Call,
    value: Node,
    key: string | undefined,
    from: FunctionNode | undefined,
  ): void {
    const passed = targetsOf(value, bindings);
    if (passed.length === 0) return;
    const role = callbackRole(call, key, bindings);
    for (const fn of passed) {
      const own = facts.get(fn);
      if (!own) continue;
      if (role.kind === 'aside') own.aside = true;
      else if (role.kind === 'kept') own.open = true;
      else if (role.kind === 'entry') {
        const registrar = role.step === 'http-request' && from ? facts.get(from) : undefined;
        if (registrar) registrar.registers = true;
        const around = from && facts.get(from)?.entry;
        const label = around && CONNECTION.test(around.label) ? `${role.label} of a connection` : role.label;
        own.entry ??= { step: { kind: role.step, label, ...locationOf(call, file) }, label };
      } else {
        own.callers.push({ from, site: call, step: role.kind === 'inline' ? role.step : 'call' });
        own.open ||= role.kind === 'unknown';
        // A function that schedules itself is a repeated timer.
        if (role.kind === 'inline' && role.step === 'timer' && from === fn) {
          own.entry ??= {
            step: { kind: 'timer', label: 'repeated timer', ...locationOf(call, file) },
            label: 'repeated timer',
          };
        }
      }
    }
  }
}

/** @param project what the project's graph knows of the file's functions */
export function createReach(
  { graph: { facts, startUp }, bindings, source: { visitorKeys: keys }, file }: Reading,
  project?: ProjectFacts,
): Reach {
  function when(node: Node): When {
    const fn = isFunction(node) ? node : enclosingFunction(node);
    // What a function does the first time only is start-up, whoever comes first.
    if (!fn || (fn !== node && runsOnce(node, bindings, keys))) return { kind: 'start-up' };
    const local = facts.get(fn);
    if (local?.registers && !local.entry) return { kind: 'start-up' };
    const known = project?.reach[fn.range[0]];
    if (known?.level === 'served')
      return { kind: 'served', chain: known.chain, label: known.label, path: known.path };
    const served = pathToEntry(fn, facts, file);
    if (served) return served;
    return known || startUp.has(fn) ? { kind: 'start-up' } : { kind: 'unknown' };
  }

  const standing: Reach['standing'] = (fn) => {
    const own = facts.get(fn);
    return {
      open: isOpen(fn, bindings),
      aside: own?.aside ?? false,
      ...(own?.entry ? { entry: own.entry } : {}),
    };
  };
  return { when, targets: (value) => targetsOf(value, bindings), standing };
}

/** What listeners within are told comes from the other side: `io.on('connection', (socket) => socket.on('save', …))`. */
const CONNECTION = /^'(?:connection|connect|secureConnection|session|stream|client)' event$/;

/** The shortest way from a function out to an entry. */
function pathToEntry(
  start: FunctionNode,
  facts: ReadonlyMap<FunctionNode, FunctionFacts>,
  file: string,
): When | undefined {
  const cameFrom = new Map<FunctionNode, { inner: FunctionNode; edge: Edge } | undefined>([
    [start, undefined],
  ]);
  const queue = [start];
  for (let fn = queue.shift(); fn; fn = queue.shift()) {
    const own = facts.get(fn);
    if (own?.entry) return describePath(fn, own.entry, cameFrom, file);
    for (const edge of own?.callers ?? []) {
      if (!edge.from || cameFrom.has(edge.from)) continue;
      cameFrom.set(edge.from, { inner: fn, edge });
      queue.push(edge.from);
    }
  }
  return undefined;
}

function describePath(
  entryFunction: FunctionNode,
  entry: Entry,
  cameFrom: Map<FunctionNode, { inner: FunctionNode; edge: Edge } | undefined>,
  file: string,
): When {
  const chain: ChainStep[] = [entry.step];
  const path: string[] = [];
  const first = functionName(entryFunction);
  if (first) path.push(first);
  let hop = cameFrom.get(entryFunction);
  while (hop) {
    chain.unshift({ kind: hop.edge.step, ...locationOf(hop.edge.site, file) });
    const name = functionName(hop.inner);
    if (name) path.push(`${name} (line ${hop.inner.loc.start.line})`);
    hop = cameFrom.get(hop.inner);
  }
  return { kind: 'served', chain, label: entry.label, path };
}

/** Greatest set of functions that nobody but start-up code calls. */
function findStartUp(facts: Map<FunctionNode, FunctionFacts>): Set<FunctionNode> {
  const startUp = new Set(
    [...facts].filter(([, own]) => (!own.open || own.aside) && !own.entry).map(([fn]) => fn),
  );
  for (let changed = true; changed;) {
    changed = false;
    for (const fn of startUp) {
      const own = facts.get(fn)!;
      if (own.callers.every((edge) => !edge.from || startUp.has(edge.from))) continue;
      startUp.delete(fn);
      changed = true;
    }
  }
  return startUp;
}

/** True unless every use of the function is a call or an argument in this file. */
function isOpen(fn: FunctionNode, bindings: Bindings): boolean {
  const holder = fn.type === 'FunctionDeclaration' ? fn : fn.parent;
  if (
    holder.type === 'CallExpression' ||
    holder.type === 'NewExpression' ||
    holder.type === 'ArrayExpression'
  )
    return false;
  const id =
    fn.type === 'FunctionDeclaration' ? fn.id : holder.type === 'VariableDeclarator' ? holder.id : undefined;
  if (id?.type !== 'Identifier') return !isArgumentOption(fn);
  const declaration = fn.type === 'FunctionDeclaration' ? fn.parent : holder.parent?.parent;
  if (declaration?.type === 'ExportNamedDeclaration' || declaration?.type === 'ExportDefaultDeclaration')
    return true;
  const bound = bindings.variable(id);
  return (
    bound?.references.some((reference) => reference.isRead() && !isCalledOrPassed(reference.identifier)) ??
    true
  );
}

const isArgumentOption = (fn: FunctionNode): boolean =>
  fn.parent.type === 'Property' && ['CallExpression', 'NewExpression'].includes(fn.parent.parent.parent.type);

function isCalledOrPassed(identifier: Node): boolean {
  const parent = identifier.parent;
  if (parent?.type !== 'CallExpression' && parent?.type !== 'NewExpression') return false;
  return parent.callee === identifier || (parent.arguments as Node[]).includes(identifier);
}

/** `(req, res) => res.json(...)`: a request handler that some other file registers. */
function handlerByShape(
  fn: FunctionNode,
  own: FunctionFacts,
  keys: VisitorKeys,
  file: string,
): Entry | undefined {
  if (!own.open || own.aside) return undefined;
  const [first, second] = fn.params;
  if (first?.type !== 'Identifier' || second?.type !== 'Identifier') return undefined;
  if (!/^_?req(?:uest)?$/.test(first.name) || !/^(?:res(?:ponse)?|reply)$/.test(second.name))
    return undefined;
  const answers = someNode(
    fn.body,
    keys,
    (node) =>
      node.type === 'MemberExpression' &&
      node.object.type === 'Identifier' &&
      node.object.name === second.name &&
      RESPONSE_MEMBERS.has(propertyName(node) ?? ''),
  );
  const label = `request handler ${functionName(fn) ?? ''}`.trim();
  return answers ? { step: { kind: 'http-request', label, ...locationOf(fn, file) }, label } : undefined;
}

const RESPONSE_MEMBERS = new Set(
  'json send end status sendStatus render writeHead setHeader redirect sendFile code header write type'.split(
    ' ',
  ),
);
