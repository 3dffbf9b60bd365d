import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from './analysis.ts';
import type { FunctionNode, Node } from './ast.ts';
import { isFunction, lastName, unwrap } from './ast.ts';
import type { RuleTools } from './define-rule.ts';
import { addImport, hasComments, textOf } from './edits.ts';
import { originOf } from './origin.ts';
import { calledFunctions, promiseMethod } from './promises.ts';

/** `Promise.all(list.map(fn))`: as many operations at once as the list is long. */
export interface Fan {
  /** The call of `Promise.all` or `allSettled`. */
  all: TSESTree.CallExpression;
  map: TSESTree.CallExpression;
  list: Node;
  fn: FunctionNode;
}

/** The fan that a call is, when its list can have any length. */
export function fanOf(call: Node, analysis: Analysis): Fan | undefined {
  if (call.type !== 'CallExpression' || !/^all(?:Settled)?$/.test(promiseMethod(call, analysis) ?? ''))
    return undefined;
  const map = call.arguments[0] && originOf(call.arguments[0], analysis);
  if (map?.type !== 'CallExpression' || map.callee.type !== 'MemberExpression') return undefined;
  if (lastName(map.callee) !== 'map' || !map.arguments[0]) return undefined;
  const fn = isFunction(map.arguments[0]) ? map.arguments[0] : analysis.reach.targets(map.arguments[0])[0];
  const list = unwrap(map.callee.object);
  return fn && !isShort(list, analysis) ? { all: call, map, list, fn } : undefined;
}

/** Calls inside a fan's function, also one step into functions of the file. */
export function callsOf(
  fn: FunctionNode,
  analysis: Analysis,
  walkCalls: (fn: FunctionNode) => TSESTree.CallExpression[],
): TSESTree.CallExpression[] {
  const own = walkCalls(fn);
  return [...own, ...own.flatMap((call) => calledFunctions(call, analysis).flatMap(walkCalls))];
}

/** Suggests Node's own bounded map: results in the list's order, at most so many at once, the first error ends it. */
export function suggestBounded(
  fan: Fan,
  limit: number,
  tools: RuleTools<unknown>,
): TSESLint.SuggestionReportDescriptor<string>[] {
  const { analysis, context } = tools;
  const isPlain =
    promiseMethod(fan.all, analysis) === 'all' &&
    fan.all.arguments[0] === fan.map &&
    isFunction(fan.map.arguments[0]) &&
    fan.fn.params.length <= 1 &&
    !analysis.bindings.isBound('Readable') &&
    !hasComments(fan.all, context);
  if (!isPlain) return [];
  const fn = textOf(fan.fn, analysis);
  const text = `Readable.from(${textOf(fan.list, analysis)}).map(${fn}, { concurrency: ${limit} }).toArray()`;
  return [
    {
      messageId: 'bound',
      data: { limit: String(limit) },
      fix: (fixer) => [
        addImport(fixer, 'Readable', 'node:stream', analysis),
        fixer.replaceText(fan.all, text),
      ],
    },
  ];
}

/** A list written down, a slice, a page: its length is thought about. */
function isShort(list: Node, analysis: Analysis): boolean {
  const made = originOf(list, analysis);
  if (made.type === 'ArrayExpression')
    return made.elements.every((element) => element?.type !== 'SpreadElement') && made.elements.length > 0;
  const text = textOf(made, analysis);
  return (
    /\b(?:slice|splice|chunk\w*|batch\w*|limit|take|page\w*|top|first)\b|Object\.(?:keys|entries|values)\(|cpus|LIMIT|MAX_/i.test(
      text.slice(0, 2000),
    ) || /^(?:chunk|batch|page|group|slice)\w*$/i.test(lastName(list) ?? '')
  );
}
