import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from './analysis.ts';
import type { FunctionNode, Node } from './ast.ts';
import { isFunction, lastName, unwrap, walk } from './ast.ts';
import { GLOBAL } from './bindings.ts';
import { calledFunctions, isPromise } from './promises.ts';
import { runsOnce } from './runs-once.ts';

/**
 * The calls that an async function, or one that gives a promise, waits for each time it runs. Left out is what it waits
 * for the first time only, and what is kept outside of it: `await ready`.
 * @returns undefined where it waits for something that is no call, or only throws
 */
export function waitsOf(fn: FunctionNode, analysis: Analysis): TSESTree.CallExpression[] | undefined {
  if (fn.generator) return undefined;
  if (fn.body.type === 'BlockStatement' && onlyThrows(fn.body.body)) return undefined;
  const found: { calls: TSESTree.CallExpression[]; others: boolean } = { calls: [], others: false };
  const note = (value: Node, how: 'awaited' | 'returned'): void => {
    const node = unwrap(value);
    switch (node.type) {
      case 'ConditionalExpression':
        note(node.consequent, how);
        note(node.alternate, how);
        break;
      case 'LogicalExpression':
        note(node.left, how);
        note(node.right, how);
        break;
      case 'AssignmentExpression':
        note(node.right, how);
        break;
      case 'CallExpression':
        if (isOnce(node, analysis) || (how === 'returned' && givesValue(node, analysis))) return;
        found.calls.push(node);
        break;
      case 'AwaitExpression':
      case 'ImportExpression':
      case 'Literal':
        break;
      default:
        found.others ||= !isKept(node, analysis) && !isOnce(node, analysis) && mayWait(node, how, analysis);
    }
  };
  if (fn.body.type !== 'BlockStatement') note(fn.body, 'returned');
  walk(fn.body, analysis.source.visitorKeys, (node) => {
    if (isFunction(node)) return 'skip';
    if (node.type === 'AwaitExpression' && !isOnce(node, analysis)) note(node.argument, 'awaited');
    if (node.type === 'ReturnStatement' && node.argument && !isOnce(node, analysis))
      note(node.argument, 'returned');
    if (node.type === 'ForOfStatement' && node.await) found.others = true;
    return undefined;
  });
  return found.others ? undefined : found.calls;
}

/** True for calls whose promise has its value at once, but for the first time: nothing is won by waiting together. */
export function isPrompt(call: TSESTree.CallExpression, analysis: Analysis): boolean {
  if (analysis.project?.prompt[call.range[1]]) return true;
  const targets = calledFunctions(call, analysis);
  return targets.length > 0 && targets.every((fn) => answersAtOnce(fn, analysis));
}

function answersAtOnce(fn: FunctionNode, analysis: Analysis): boolean {
  const memo = analysis.once('prompt', () => new Map<FunctionNode, boolean>());
  const known = memo.get(fn);
  if (known !== undefined) return known;
  // Functions that wait for each other.
  memo.set(fn, false);
  const waits = fn.async || isPromiseGiver(fn, analysis) ? waitsOf(fn, analysis) : undefined;
  const isShort = (call: TSESTree.CallExpression): boolean =>
    analysis.project?.gives[call.range[1]] === 'value' || isPrompt(call, analysis);
  const answer = waits?.every(isShort) ?? false;
  memo.set(fn, answer);
  return answer;
}

const isPromiseGiver = (fn: FunctionNode, analysis: Analysis): boolean =>
  fn.body.type !== 'BlockStatement' && isPromise(fn.body, analysis);

const isOnce = (node: Node, { bindings, source }: Analysis): boolean =>
  runsOnce(node, bindings, source.visitorKeys, 'object');

/** A variable of the module, or a member of `this`: whoever waits for it again finds it settled. */
function isKept(node: Node, { bindings }: Analysis): boolean {
  if (node.type === 'MemberExpression') return unwrap(node.object).type === 'ThisExpression';
  const bound = node.type === 'Identifier' ? bindings.variable(node) : undefined;
  return bound !== undefined && /^(?:module|global)$/.test(bound.scope.type);
}

/** What is returned is a promise only where it is known to be one. */
const mayWait = (node: Node, how: 'awaited' | 'returned', analysis: Analysis): boolean =>
  how === 'awaited' || isPromise(node, analysis);

/** A method that a subclass is to write. */
const onlyThrows = (body: readonly Node[]): boolean =>
  body.length === 0 || body.at(-1)?.type === 'ThrowStatement';

/** A returned call that surely gives no promise. */
function givesValue(call: TSESTree.CallExpression, { bindings }: Analysis): boolean {
  const api = bindings.resolve(call.callee);
  const name = api?.path.join('.') ?? '';
  if (api?.module === GLOBAL && (name === 'Promise.resolve' || !/^(?:fetch|Promise)\b/.test(name)))
    return true;
  return (
    /^(?:path|url|querystring)$/.test(api?.module ?? '') || GIVES_VALUE.test(lastName(call.callee) ?? '')
  );
}

/** Methods of lists, maps and strings. */
const GIVES_VALUE =
  /^(?:map|filter|find|findLast|flatMap|reduce|some|every|includes|has|join|split|slice|concat|sort|toSorted|flat|at|keys|values|entries|fromEntries|isArray|parse|stringify|trim|replace|replaceAll|toString|toLowerCase|toUpperCase|startsWith|endsWith|test|match|toJSON|Boolean|String|Number|parseInt|parseFloat)$/;
