import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import { contains, isFunction, lastName, unwrap } from '../source/ast.ts';
import type { RuleTools } from '../source/define-rule.ts';
import { defineRule } from '../source/define-rule.ts';
import { blockStatement, freeName } from '../source/edits.ts';
import type { Loop } from '../source/loops.ts';
import { loopAround } from '../source/loops.ts';
import { isFromOutside } from '../source/origin.ts';
import { globalName } from '../source/promises.ts';

/** Work in every turn of a loop that grows with the list: a search in a list, a copy of the result so far. */
export default defineRule<{ where: 'served' | 'any' }>({
  name: 'no-quadratic-loop',
  description: 'Report loops that search or copy a growing list in every turn',
  messages: {
    search:
      '{{list}}.{{name}}() searches the whole list in every turn of this loop: 10,000 by 10,000 elements hold the event loop for a tenth of a second and more. Look it up in a Set or Map made before the loop.',
    copy: 'Every turn copies what the turns before it have gathered, so the time grows with the square of the length. Change one {{kind}} in place.',
    shift:
      '{{list}}.shift() moves all other elements, in every turn of this loop. Go through the list with an index.',
    set: 'Make a Set before the loop.',
  },
  options: { where: { enum: ['served', 'any'] } },
  defaults: { where: 'served' },
  create(tools) {
    const { analysis, options, report } = tools;
    return {
      CallExpression(call) {
        const found = searchIn(call, analysis);
        const when = found && analysis.reach.when(call).kind;
        if (!found || when === 'start-up') return;
        if (options.where === 'served' && (when === 'unknown' || !areFromOutside(found, analysis))) return;
        report({
          at: call,
          messageId: found.name === 'shift' ? 'shift' : 'search',
          data: { list: found.list.name, name: found.name },
          detail: { confidence: when === 'served' ? 'likely' : 'possible', cause: 'javascript' },
          suggest: suggestSet(found, tools),
        });
      },
      SpreadElement(spread) {
        const kind = copiesAccumulator(spread);
        const when = kind && analysis.reach.when(spread).kind;
        if (!kind || when === 'start-up') return;
        const loop = loopAround(spread);
        if (options.where === 'served' && !(loop && isFromOutside(iterated(loop), analysis))) return;
        report({
          at: spread,
          messageId: 'copy',
          data: { kind },
          detail: { confidence: when === 'served' ? 'likely' : 'possible', cause: 'javascript' },
        });
      },
    };
  },
});

interface Search {
  call: TSESTree.CallExpression;
  list: TSESTree.Identifier;
  name: string;
  loop: Loop;
}

/** Both the list and what the loop goes through may be long. */
function areFromOutside({ list, loop }: Search, analysis: Analysis): boolean {
  const bound = analysis.bindings.variable(list);
  const grownFrom = (bound?.references ?? []).flatMap(({ identifier }) => {
    const around = isPushed(identifier) ? loopAround(identifier) : undefined;
    return around ? [iterated(around)] : [];
  });
  const isOutside = (node: Node): boolean => isFromOutside(node, analysis);
  return (
    [list, ...grownFrom].some(isOutside) &&
    (loop.kind === 'statement' && !isOf(loop.node) ? true : isOutside(iterated(loop)))
  );
}

const isOf = (node: Node): node is TSESTree.ForOfStatement => node.type === 'ForOfStatement';

/** The list that a loop goes through. */
function iterated({ kind, node }: Loop): Node {
  if (kind === 'method') return node.callee.type === 'MemberExpression' ? node.callee.object : node.callee;
  return isOf(node) ? node.right : node;
}

/** A search through a list that was there before the loop, and that can be long. */
function searchIn(call: TSESTree.CallExpression, analysis: Analysis): Search | undefined {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') return undefined;
  const name = lastName(callee) ?? '';
  if (!/^(?:includes|indexOf|find|findIndex|shift)$/.test(name)) return undefined;
  const loop = loopAround(call);
  const list = callee.object;
  const bound = loop && analysis.bindings.variable(list);
  if (!bound || contains(loop.node, bound.scope.block) || !isLongList(bound.identifiers[0], list, analysis))
    return undefined;
  if (name === 'shift' && (loop.kind === 'method' || loop.node.type !== 'WhileStatement')) return undefined;
  // A search that ends the loop, or runs under a condition that is rarely true, runs once.
  if (name !== 'shift' && leavesAfter(call)) return undefined;
  return { call, list, name, loop };
}

/** True for lists whose making shows that they are lists, and not of a few elements written down. */
function isLongList(declared: Node | undefined, list: TSESTree.Identifier, analysis: Analysis): boolean {
  const bound = analysis.bindings.variable(list);
  const only = bound && analysis.bindings.onlyValue(bound);
  if (declared?.type === 'Identifier' && declared.typeAnnotation?.typeAnnotation.type === 'TSArrayType')
    return !only;
  let made = only?.path.length === 0 ? unwrap(only.value) : undefined;
  if (made?.type === 'AwaitExpression') made = unwrap(made.argument);
  if (made?.type === 'ArrayExpression') {
    const grows = bound!.references.some(({ identifier }) => isPushed(identifier));
    return grows || made.elements.some((element) => element?.type === 'SpreadElement');
  }
  if (made?.type !== 'CallExpression') return false;
  const name = lastName(made.callee) ?? '';
  if (/^(?:Object\.(?:keys|values|entries)|Array\.from)$/.test(globalName(made.callee, analysis) ?? ''))
    return true;
  return (
    made.callee.type === 'MemberExpression' &&
    /^(?:map|filter|flatMap|findMany|findAll|split|toArray|sort)$/.test(name)
  );
}

function isPushed(identifier: Node): boolean {
  const member = identifier.parent;
  return (
    member?.type === 'MemberExpression' &&
    member.object === identifier &&
    lastName(member) === 'push' &&
    loopAround(member) !== undefined
  );
}

/** `if (!list.includes(x)) return …` and the like. */
function leavesAfter(call: Node): boolean {
  const up = call.parent;
  const test = up?.type === 'UnaryExpression' ? up : call;
  const condition = test.parent;
  if (condition?.type !== 'IfStatement' || condition.test !== test) return false;
  const then =
    condition.consequent.type === 'BlockStatement' ? condition.consequent.body.at(-1) : condition.consequent;
  return (
    then?.type === 'ReturnStatement' || then?.type === 'ThrowStatement' || then?.type === 'BreakStatement'
  );
}

/** `reduce((all, x) => [...all, x], [])`, `({ ...all, [k]: v })`. */
function copiesAccumulator(spread: TSESTree.SpreadElement): 'list' | 'object' | undefined {
  if (spread.argument.type !== 'Identifier') return undefined;
  const loop = loopAround(spread);
  if (loop?.kind !== 'method' || !/^reduce/.test(loop.name)) return undefined;
  const [first] = loop.callback.params;
  if (first?.type !== 'Identifier' || first.name !== spread.argument.name || !isFunction(loop.callback))
    return undefined;
  if (spread.parent.type === 'ArrayExpression') return 'list';
  return spread.parent.type === 'ObjectExpression' ? 'object' : undefined;
}

/** `includes` of a Set answers the same, as long as the loop does not change the list. */
function suggestSet(
  { call, list, name, loop }: Search,
  { analysis }: RuleTools<unknown>,
): TSESLint.SuggestionReportDescriptor<string>[] {
  const bound = analysis.bindings.variable(list);
  const at = blockStatement(loop.node);
  if (name !== 'includes' || call.arguments.length !== 1 || !bound || !at || isFunction(at)) return [];
  const isChanged = bound.references.some(
    ({ identifier }) =>
      contains(loop.node, identifier) &&
      identifier.parent.type === 'MemberExpression' &&
      !/^(?:includes|length|map|filter)$/.test(lastName(identifier.parent) ?? ''),
  );
  if (isChanged) return [];
  const set = freeName(`${list.name}Set`, analysis);
  return [
    {
      messageId: 'set',
      data: {},
      fix: (fixer) => [
        fixer.insertTextBefore(at, `const ${set} = new Set(${list.name});\n`),
        fixer.replaceText(call.callee, `${set}.has`),
      ],
    },
  ];
}
