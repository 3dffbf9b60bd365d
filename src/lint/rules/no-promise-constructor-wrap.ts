import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import { contains, isFunction, lastName, someNode, unwrap } from '../source/ast.ts';
import type { RuleTools } from '../source/define-rule.ts';
import { defineRule } from '../source/define-rule.ts';
import { hasComments, textOf } from '../source/edits.ts';
import { chainMethod, isPromise } from '../source/promises.ts';
import type { Construction } from '../source/settling.ts';
import { constructions, onlyExpression, settlings } from '../source/settling.ts';

/** `new Promise` around something that is a promise already. */
export default defineRule({
  name: 'no-promise-constructor-wrap',
  description: 'Report new Promise around a promise',
  messages: {
    lost: 'What is wrapped here is a promise already, and its errors do not come through: when it is rejected, this one stays pending for ever. Return that promise itself.',
    wrap: 'What is wrapped here is a promise already. Return that promise itself.',
    unwrap: 'Return the promise itself.',
  },
  defaults: {},
  create(tools) {
    const { analysis, report } = tools;
    return {
      'Program:exit'() {
        for (const construction of constructions(analysis)) {
          const chain = wrappedChain(construction, analysis);
          if (!chain) continue;
          const messageId =
            passesErrors(chain, construction) || answersAll(chain, construction) ? 'wrap' : 'lost';
          report({
            at: construction.promise,
            messageId,
            detail: { confidence: 'certain' },
            suggest: suggestUnwrap(chain, construction, tools),
          });
        }
      },
    };
  },
});

/** The chain that is all the executor does, and that settles the new promise: `p.then(resolve, reject)`. */
function wrappedChain(construction: Construction, analysis: Analysis): TSESTree.CallExpression | undefined {
  const chain = onlyExpression(construction.executor);
  if (chain?.type !== 'CallExpression' || !chainMethod(chain) || !isPromise(rootOf(chain), analysis))
    return undefined;
  const uses = settlings(construction);
  return uses.length > 0 && uses.every(({ node }) => isInCallbackOf(node, chain)) ? chain : undefined;
}

function rootOf(chain: TSESTree.CallExpression): Node {
  let at: Node = chain;
  while (at.type === 'CallExpression' && chainMethod(at)) {
    const callee = unwrap(at.callee);
    if (callee.type !== 'MemberExpression') break;
    at = unwrap(callee.object);
  }
  return at;
}

/** Given to the chain directly, or called in one of its functions and not deeper: `then((x) => resolve(x.y))`. */
function isInCallbackOf(node: Node, chain: TSESTree.CallExpression): boolean {
  let up: Node | undefined = node.parent;
  if (up?.type === 'CallExpression' && chainMethod(up)) return true;
  while (up && !isFunction(up)) up = up.parent;
  const call = up?.parent;
  return (
    call?.type === 'CallExpression' &&
    chainMethod(call) !== undefined &&
    chain.range[0] <= call.range[0] &&
    call.range[1] <= chain.range[1]
  );
}

function passesErrors(chain: TSESTree.CallExpression, { executor, settlers }: Construction): boolean {
  const reject = settlers[1];
  return (
    reject !== undefined &&
    executor.params.length > 1 &&
    reject.references.some(({ identifier }) => identifier.range[0] > chain.range[0])
  );
}

/** `catch(() => resolve())`: what fails settles it, too. */
function answersAll(chain: TSESTree.CallExpression, { settlers }: Construction): boolean {
  const handler = chainMethod(chain) === 'catch' ? chain.arguments[0] : undefined;
  return (
    handler !== undefined &&
    settlers.some(({ references }) => references.some(({ identifier }) => contains(handler, identifier)))
  );
}

/** `then(resolve, reject)` and `then(resolve).catch(reject)` change nothing, so the promise itself is the same. */
function suggestUnwrap(
  chain: TSESTree.CallExpression,
  construction: Construction,
  { analysis, context }: RuleTools<unknown>,
): TSESLint.SuggestionReportDescriptor<string>[] {
  const root = rootOf(chain);
  const names = construction.settlers.map(({ name }) => name);
  const given: string[] = [];
  for (let at: Node = chain; at.type === 'CallExpression' && at !== root && chainMethod(at);) {
    if (chainMethod(at) === 'finally') return [];
    if (!at.arguments.every((argument) => argument.type === 'Identifier')) return [];
    given.unshift(...at.arguments.map((argument) => lastName(argument) ?? ''));
    const callee = unwrap(at.callee);
    if (callee.type !== 'MemberExpression') return [];
    at = unwrap(callee.object);
  }
  const isPlain = given.join() === names.join() && names.length === 2;
  if (
    !isPlain ||
    hasComments(construction.promise, context) ||
    someNode(root, analysis.source.visitorKeys, ({ type }) => type === 'AwaitExpression')
  )
    return [];
  return [
    {
      messageId: 'unwrap',
      data: {},
      fix: (fixer) => fixer.replaceText(construction.promise, textOf(root, analysis)),
    },
  ];
}
