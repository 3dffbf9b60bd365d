import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { FunctionNode, Node } from '../source/ast.ts';
import { enclosingFunction, isFunction, lastName, unwrap } from '../source/ast.ts';
import type { RuleTools } from '../source/define-rule.ts';
import { defineRule } from '../source/define-rule.ts';
import { hasComments, textOf } from '../source/edits.ts';
import { loopAround } from '../source/loops.ts';
import { givesPromise } from '../source/promises.ts';
import { isSettled, leavesErrors } from '../source/rejections.ts';
import { isBeginning } from '../source/begins-by-name.ts';

/** Array methods do not wait: a promise is true to `filter`, and `forEach` drops it. */
export default defineRule({
  name: 'no-async-array-callback',
  description: 'Report async functions given to array methods that do not wait for them',
  messages: {
    decides:
      '{{name}}() does not wait: every promise is true to it, so the function decides nothing. Await Promise.all of a map first.',
    order:
      '{{name}}() needs a number at once and gets a promise: the order stays as it is. Await the keys first.',
    drops:
      'forEach() drops the promises: what comes next does not wait for them, and an error in one {{ends}}. Use for…of with await, or await Promise.all of a map.',
    accumulates:
      'The accumulator is a promise from the second turn on and is not awaited here. Use for…of with await.',
    map: 'This is a list of promises that nobody awaits: an error in one {{ends}}. Await Promise.all of it.',
    loop: 'Use for…of with await.',
    all: 'Await Promise.all of it.',
  },
  defaults: {},
  scope: 'everywhere',
  create(tools) {
    const { analysis, report } = tools;
    return {
      CallExpression(call) {
        if (call.callee.type !== 'MemberExpression' || !call.arguments[0]) return;
        const name = lastName(call.callee) ?? '';
        const kind = kindOf(call, name, analysis);
        if (!kind || !isAsync(call.arguments[0], analysis) || isOwnCollection(call.callee.object, analysis))
          return;
        if (/^(?:drops|map)$/.test(kind) && isHarmless(call, analysis)) return;
        report({
          at: call,
          messageId: kind,
          data: { name },
          detail: { confidence: 'certain' },
          suggest:
            kind === 'drops' ? suggestLoop(call, tools) : kind === 'map' ? suggestAll(call, analysis) : [],
        });
      },
    };
  },
});

function kindOf(call: TSESTree.CallExpression, name: string, analysis: Analysis): string | undefined {
  if (/^(?:filter|some|every|find|findIndex|findLast|findLastIndex)$/.test(name)) return 'decides';
  if (/^(?:sort|toSorted)$/.test(name)) return 'order';
  if (name === 'forEach') return 'drops';
  const [fn] = call.arguments;
  if (/^reduce(?:Right)?$/.test(name))
    return isFunction(fn) && usesPlainAccumulator(fn, analysis) ? 'accumulates' : undefined;
  return name === 'map' && call.parent.type === 'ExpressionStatement' ? 'map' : undefined;
}

/** Nothing in it rejects; or it is stopped or closed, where nobody waits any more. */
function isHarmless(call: TSESTree.CallExpression, analysis: Analysis): boolean {
  const fn = call.arguments[0]!;
  const targets = isFunction(fn) ? [fn] : analysis.reach.targets(fn);
  const isCalm = (target: FunctionNode): boolean =>
    target.async ? !leavesErrors(target, analysis) : isSettled(target.body, analysis);
  if (targets.every(isCalm)) return true;
  return isBeginning(call, analysis);
}

function isAsync(fn: Node, analysis: Analysis): boolean {
  const targets = isFunction(fn)
    ? [fn]
    : fn.type === 'Identifier' || fn.type === 'MemberExpression'
      ? analysis.reach.targets(fn)
      : [];
  return targets.length > 0 && targets.every((target) => target.async || givesPromise(target, analysis));
}

/** Libraries whose `filter` and `map` do wait: streams, iterators of promises, Bluebird's. */
function isOwnCollection(object: Node, analysis: Analysis): boolean {
  const api = analysis.bindings.resolve(object);
  if (!api) return false;
  return (
    /^(?:stream|bluebird|async|p-\w+|rxjs.*|modern-async|readline|events|fs|cheerio|jquery)$/.test(
      api.module,
    ) || api.path[0] === 'Readable'
  );
}

/** True when the accumulator's members are used without an `await` of the accumulator. */
function usesPlainAccumulator(fn: Node, analysis: Analysis): boolean {
  const [first] = isFunction(fn) ? fn.params : [];
  const bound = first?.type === 'Identifier' && analysis.bindings.variable(first);
  return bound
    ? bound.references.some(
        ({ identifier }) =>
          identifier.parent.type === 'MemberExpression' &&
          !/^(?:then|catch|finally)$/.test(lastName(identifier.parent) ?? ''),
      )
    : false;
}

/** Only where the turns may wait: a statement of an async function, and a function that neither returns nor uses more than the element. */
function suggestLoop(
  call: TSESTree.CallExpression,
  { analysis, context }: RuleTools<unknown>,
): TSESLint.SuggestionReportDescriptor<string>[] {
  const [fn] = call.arguments;
  const statement = call.parent;
  if (statement.type !== 'ExpressionStatement' || call.callee.type !== 'MemberExpression' || call.optional)
    return [];
  if (enclosingFunction(call)?.async !== true || !isFunction(fn) || fn.body.type !== 'BlockStatement')
    return [];
  const [element] = fn.params;
  if (fn.params.length !== 1 || element?.type === 'RestElement' || !element) return [];
  const body = textOf(fn.body, analysis);
  if (/\b(?:return|this|arguments)\b/.test(body) || hasComments(statement, context)) return [];
  const text = `for (const ${textOf(element, analysis)} of ${textOf(call.callee.object, analysis)}) ${body}`;
  return [{ messageId: 'loop', data: {}, fix: (fixer) => fixer.replaceText(statement, text) }];
}

function suggestAll(
  call: TSESTree.CallExpression,
  analysis: Analysis,
): TSESLint.SuggestionReportDescriptor<string>[] {
  if (enclosingFunction(call)?.async !== true || loopAround(call)?.kind === 'method' || unwrap(call) !== call)
    return [];
  return [
    {
      messageId: 'all',
      data: {},
      fix: (fixer) => fixer.replaceText(call, `await Promise.all(${textOf(call, analysis)})`),
    },
  ];
}
