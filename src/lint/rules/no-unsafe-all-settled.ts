import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import {
  contains,
  enclosingFunction,
  functionName,
  isFunction,
  lastName,
  someNode,
  unwrap,
} from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { promiseMethod } from '../source/promises.ts';

/** Results of `allSettled` that nobody looks at: errors vanish; or of which only `value` is read. */
export default defineRule({
  name: 'no-unsafe-all-settled',
  description: 'Report results of Promise.allSettled whose failures nobody looks at',
  messages: {
    dropped:
      'allSettled() never rejects, and its results are dropped: nobody will know what failed. Look at the results, or use Promise.all.',
    value:
      'Only value is read of these results, and what failed has none: the failures become undefined. Check status, and report the reasons.',
  },
  defaults: {},
  where: 'option',
  create({ analysis, report }) {
    return {
      CallExpression(call) {
        if (promiseMethod(call, analysis) !== 'allSettled') return;
        const awaited = call.parent.type === 'AwaitExpression' ? call.parent : undefined;
        if (!awaited) return;
        const { parent } = awaited;
        if (parent.type === 'ExpressionStatement') {
          if (!handlesErrors(call, analysis))
            report({ at: call, messageId: 'dropped', detail: { confidence: 'likely' } });
          return;
        }
        const region = regionOf(awaited, analysis);
        if (region && readsOnlyValue(region, analysis))
          report({ at: call, messageId: 'value', detail: { confidence: 'likely' } });
      },
    };
  },
});

/** The functions in the list handle their own errors: `catch` in a chain, `try` in an async function. */
function handlesErrors(call: TSESTree.CallExpression, analysis: Analysis): boolean {
  const given = call.arguments[0];
  if (!given) return true;
  const handles = (node: Node): boolean =>
    node.type === 'TryStatement' || (node.type === 'MemberExpression' && lastName(node) === 'catch');
  if (someNode(given, analysis.source.visitorKeys, handles)) return true;
  const list = unwrap(given);
  // Promises that were begun elsewhere: whoever began them has their errors.
  if (list.type === 'ArrayExpression' && list.elements.every((one) => one?.type === 'SpreadElement'))
    return true;
  const fn = list.type === 'CallExpression' ? list.arguments[0] : undefined;
  // Stopping and closing: nothing to be done about what fails.
  const around = enclosingFunction(call);
  const text = `${(around && functionName(around)) ?? ''} ${analysis.source.text.slice(...call.range)}`;
  if (
    /unregister|close|stop|disconnect|shutdown|destroy|kill|clean|flush|unlink|cancel|release|end\(/i.test(
      text,
    )
  )
    return true;
  return /^(?:Identifier|MemberExpression)$/.test(list.type) || (fn !== undefined && !isFunction(fn));
}

/** Code that can see the results: the call they are used in, or all uses of their name. */
function regionOf(awaited: TSESTree.AwaitExpression, analysis: Analysis): Node[] | undefined {
  const { parent } = awaited;
  if (parent.type === 'MemberExpression') return [parent.parent];
  if (parent.type !== 'VariableDeclarator' || parent.id.type !== 'Identifier') return undefined;
  const uses =
    analysis.bindings.variable(parent.id)?.references.filter((reference) => reference.isRead()) ?? [];
  const regions = uses.map(({ identifier }) => callAround(identifier as Node));
  return regions.every((region) => region !== undefined) && regions.length > 0 ? regions : undefined;
}

/** `results.map((r) => …)`: the call; undefined where the results go somewhere else. */
function callAround(identifier: Node): Node | undefined {
  const member = identifier.parent;
  const call = member?.type === 'MemberExpression' ? member.parent : undefined;
  return call?.type === 'CallExpression' && contains(call.callee, identifier) ? call : undefined;
}

function readsOnlyValue(regions: readonly Node[], analysis: Analysis): boolean {
  const reads = (name: RegExp): boolean =>
    regions.some((region) =>
      someNode(region, analysis.source.visitorKeys, (node) => {
        if (node.type === 'MemberExpression') return name.test(lastName(node) ?? '');
        return node.type === 'Property' && node.key.type === 'Identifier' && name.test(node.key.name);
      }),
    );
  // `results.every(isFulfilled)`: the function looks at them.
  const isHanded = regions.some(
    (region) =>
      region.type === 'CallExpression' &&
      region.arguments.some(({ type }) => type === 'Identifier' || type === 'MemberExpression'),
  );
  return reads(/^value$/) && !reads(/^(?:status|reason)$/) && !isHanded;
}
