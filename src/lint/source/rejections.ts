import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from './analysis.ts';
import type { FunctionNode, Node } from './ast.ts';
import { isFunction, lastName, someNode, unwrap, walk } from './ast.ts';
import { originOf } from './origin.ts';
import { calledFunctions, executorOf, isPromise, promiseMethod, returnsOf } from './promises.ts';

/** What may make the promise of an async function reject. */
export interface Failures {
  /** A `throw`, a `for await`, or an await of something that is no call, outside of any `try` that answers. */
  own: boolean;
  /** Calls whose rejection becomes its own: awaited or returned, and nobody handles them there. */
  calls: TSESTree.CallExpression[];
  /** Something of these is on the way through the function, and not in a branch that is seldom taken. */
  main: boolean;
  /** Other calls and constructions outside of any `try` that answers; they may throw, as any code may. */
  plain: boolean;
}

/** What may fail in an async function, and is not answered in it. Made once for each function. */
export function failuresOf(fn: FunctionNode, analysis: Analysis, depth = 0): Failures {
  const memo = analysis.once('failures', () => new Map<FunctionNode, Failures>());
  const known = memo.get(fn);
  if (known) return known;
  const found: Failures = { own: false, calls: [], main: false, plain: false };
  memo.set(fn, found);
  const note = (value: Node): void => {
    const node = unwrap(value);
    if (node.type === 'ConditionalExpression') {
      note(node.consequent);
      note(node.alternate);
    } else if (isSettled(node, analysis, depth + 1)) return;
    else if (node.type === 'CallExpression') found.calls.push(node);
    else if (node.type !== 'AwaitExpression') found.own ||= isPromise(node, analysis);
  };
  if (fn.body.type !== 'BlockStatement') note(fn.body);
  const noted = (): number => (found.own ? 1 : 0) + found.calls.length;
  walk(fn.body, analysis.source.visitorKeys, (node) => {
    if (isFunction(node)) return 'skip';
    const before = noted();
    const answer = look(node);
    if (noted() > before && !isInBranch(node, fn)) found.main = true;
    return answer;
  });
  if (fn.body.type !== 'BlockStatement') found.main ||= noted() > 0;
  return found;

  function look(node: Node): 'skip' | undefined {
    switch (node.type) {
      case 'TryStatement':
        // What stands in it is answered; its `catch` and `finally` may fail themselves.
        if (!node.handler || leavesNode(node.handler, analysis)) return undefined;
        if (node.finalizer && leavesNode(node.finalizer, analysis)) found.own = true;
        return 'skip';
      case 'AwaitExpression':
        if (unwrap(node.argument).type === 'CallExpression') note(node.argument);
        else if (!isSettled(node.argument, analysis, depth + 1)) found.own = true;
        break;
      case 'ReturnStatement':
        if (node.argument) note(node.argument);
        break;
      case 'ThrowStatement':
        found.own = true;
        break;
      case 'ForOfStatement':
        found.own ||= node.await;
        break;
      case 'CallExpression':
      case 'NewExpression':
        found.plain = true;
        break;
    }
    return undefined;
  }
}

/** Below an `if`, a `case` or a `catch`: whether it comes to that is decided by what the function is given. */
function isInBranch(node: Node, fn: FunctionNode): boolean {
  for (let at = node; at !== fn.body && at.parent; at = at.parent) {
    const { parent } = at;
    if (parent.type === 'IfStatement' && parent.test !== at) return true;
    if (parent.type === 'ConditionalExpression' && parent.test !== at) return true;
    if (parent.type === 'LogicalExpression' && parent.right === at) return true;
    if (parent.type === 'SwitchCase' || parent.type === 'CatchClause') return true;
  }
  return false;
}

/** True when the body throws, or hands on a rejection that nobody handles. Calls that wait for nothing do not count. */
export function leavesErrors(fn: FunctionNode, analysis: Analysis, depth = 0): boolean {
  const { own, calls } = failuresOf(fn, analysis, depth);
  return own || calls.length > 0;
}

/** The same, for what is on the way through the function: not only in a branch, or where it throws by itself. */
export function failsOnTheWay(fn: FunctionNode, analysis: Analysis): boolean {
  return leavesErrors(fn, analysis) && failuresOf(fn, analysis).main;
}

/**
 * False when all that can fail in the body stands in a `try` whose `catch` neither throws nor waits. Where there is such
 * a `try` around all that is awaited, plain calls beside it are taken for harmless.
 */
export function mayReject(fn: FunctionNode, analysis: Analysis): boolean {
  if (leavesErrors(fn, analysis)) return true;
  return failuresOf(fn, analysis).plain && !awaitsInTry(fn, analysis);
}

const awaitsInTry = (fn: FunctionNode, { source }: Analysis): boolean =>
  someNode(
    fn.body,
    source.visitorKeys,
    (node) =>
      node.type === 'TryStatement' &&
      node.handler !== null &&
      someNode(node.block, source.visitorKeys, ({ type }) => type === 'AwaitExpression', 'own'),
    'own',
  );

/** A `throw`, or an await of what may reject, that no `try` in it answers. */
function leavesNode(root: Node, analysis: Analysis): boolean {
  let leaves = false;
  walk(root, analysis.source.visitorKeys, (node) => {
    if (leaves || isFunction(node)) return 'skip';
    if (node.type === 'TryStatement' && node.handler) {
      leaves =
        leavesNode(node.handler, analysis) ||
        (node.finalizer !== null && leavesNode(node.finalizer, analysis));
      return 'skip';
    }
    leaves =
      node.type === 'ThrowStatement' ||
      (node.type === 'AwaitExpression' && !isSettled(node.argument, analysis));
    return undefined;
  });
  return leaves;
}

/** Longest way of functions that await each other. */
const MAX_DEPTH = 20;

/**
 * True for promises that never reject: chains that end in `catch(handler)`, new promises that nobody can reject,
 * `Promise.allSettled`, Node's timers, and calls of functions in which nothing fails that is not answered there.
 */
export function isSettled(value: Node, analysis: Analysis, depth = 0): boolean {
  const node = unwrap(value);
  if (depth > MAX_DEPTH) return false;
  if (node.type === 'NewExpression') return isOnlyResolved(node, analysis);
  if (node.type !== 'CallExpression') return false;
  if (answersErrors(node, analysis)) return true;
  const name = lastName(node.callee);
  if ((name === 'then' || name === 'finally') && node.callee.type === 'MemberExpression') {
    const handlers = node.arguments.slice(0, 1);
    return (
      handlers.every((handler) => isHarmless(handler, analysis)) &&
      isSettled(node.callee.object, analysis, depth + 1)
    );
  }
  const method = promiseMethod(node, analysis);
  if (method === 'allSettled') return true;
  if (method !== undefined && TOGETHER.has(method)) return areSettled(node.arguments[0], analysis, depth + 1);
  if (method === 'resolve') return node.arguments.every((given) => PLAIN.has(unwrap(given).type));
  if (analysis.project?.gives[node.range[1]] === 'settled') return true;
  const api = analysis.bindings.resolve(node.callee);
  // With a signal they reject.
  if (api?.module === 'timers/promises') return node.arguments.length < 3;
  const targets = calledFunctions(node, analysis);
  return targets.length > 0 && targets.every((fn) => neverRejects(fn, analysis, depth + 1));
}

/** They reject when one of those that they are given does. `any` rejects when all do. */
const TOGETHER: ReadonlySet<string> = new Set(['all', 'race']);

/** `[f(), g()]` and `list.map(f)`, where nothing of it rejects. */
function areSettled(list: Node | undefined, analysis: Analysis, depth: number): boolean {
  const node = list && originOf(list, analysis);
  if (node?.type === 'ArrayExpression')
    return node.elements.every((one) => one !== null && isSettled(one, analysis, depth));
  if (node?.type !== 'CallExpression' || node.arguments.length !== 1) return false;
  const made = node.arguments[0]!;
  if (node.callee.type !== 'MemberExpression' || lastName(node.callee) !== 'map') return false;
  const targets = isFunction(made) ? [made] : analysis.reach.targets(made);
  return targets.length > 0 && targets.every((fn) => neverRejects(fn, analysis, depth));
}

function neverRejects(fn: FunctionNode, analysis: Analysis, depth: number): boolean {
  if (fn.generator || depth > MAX_DEPTH) return false;
  if (fn.async) return !leavesErrors(fn, analysis, depth);
  if (fn.body.type !== 'BlockStatement') return isSettled(fn.body, analysis, depth);
  const returns = returnsOf(fn, analysis);
  return (
    fn.body.body.at(-1)?.type === 'ReturnStatement' &&
    returns.every(({ argument }) => argument !== null && isSettled(argument, analysis, depth))
  );
}

/** `new Promise((resolve) => …)`: nobody has a way to reject it, and its function does not throw. */
function isOnlyResolved(node: TSESTree.NewExpression, analysis: Analysis): boolean {
  const executor = executorOf(node, analysis);
  return (
    executor !== undefined && !executor.async && executor.params.length < 2 && isHarmless(executor, analysis)
  );
}

/** A function written there that neither throws nor waits nor hands on a call. */
function isHarmless(handler: Node, { source }: Analysis): boolean {
  if (!isFunction(handler)) return false;
  return (
    !handler.async && !someNode(handler.body, source.visitorKeys, ({ type }) => THROWING.has(type), 'own')
  );
}

/** A chain that ends in `catch(handler)`, or a handler as second argument of `then`, which does not throw again. */
export function answersErrors(value: Node, analysis: Analysis): boolean {
  const call = unwrap(value);
  if (call.type !== 'CallExpression' || call.callee.type !== 'MemberExpression') return false;
  const name = lastName(call.callee);
  if (name === 'finally') return answersErrors(call.callee.object, analysis);
  const handler = call.arguments[name === 'catch' ? 0 : 1];
  if ((name !== 'catch' && name !== 'then') || !handler) return false;
  // A name that leads nowhere, as in `catch(console.error)`, is taken for a handler.
  const handlers = isFunction(handler) ? [handler] : analysis.reach.targets(handler);
  return !handlers.some((fn) =>
    someNode(fn.body, analysis.source.visitorKeys, ({ type }) => THROWING.has(type), 'own'),
  );
}

const THROWING = new Set(['ThrowStatement', 'AwaitExpression']);

/** Values that are no promises. */
const PLAIN = new Set([
  'Literal',
  'TemplateLiteral',
  'ObjectExpression',
  'ArrayExpression',
  'UnaryExpression',
]);
