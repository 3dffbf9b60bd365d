import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import { lastName, someNode, unwrap, walk } from '../source/ast.ts';
import { beginsByName } from '../source/begins-by-name.ts';
import { isNowAndThen } from '../source/comes-often.ts';
import { isOrderedOnPurpose } from '../source/on-purpose.ts';
import { defineRule } from '../source/define-rule.ts';
import { effectOf } from '../source/effects.ts';
import { namesIn, patternNames } from '../source/names.ts';
import { isPrompt } from '../source/waits.ts';

/** Loops whose turns wait for each other although no turn needs an earlier one: only those that can be changed. */
export default defineRule<{ certainty: 'read' | 'any' }>({
  name: 'no-await-in-loop',
  description: 'Report awaits in loops whose turns are independent of each other',
  messages: {
    serial:
      'Every turn of this loop waits for {{name}}() before the next one starts, though no turn needs an earlier one. Start them together with Promise.all over a map, a bounded number at a time when the list can be long.',
  },
  options: { certainty: { enum: ['read', 'any'] } },
  defaults: { certainty: 'read' },
  where: 'option',
  create({ analysis, options, report }) {
    return {
      ForOfStatement(loop) {
        if (loop.await || analysis.reach.when(loop).kind === 'start-up') return;
        const found = independentTurns(loop, analysis);
        if (!found || (options.certainty === 'read' && found.certainty !== 'read')) return;
        if (
          options.certainty === 'read' &&
          (analysis.kind === 'command' ||
            isOrderedOnPurpose(loop, analysis) ||
            beginsByName(loop, analysis) ||
            isNowAndThen(analysis.reach.when(loop)))
        )
          return;
        const when = analysis.reach.when(loop);
        const [awaited] = found.awaits;
        report({
          at: awaited!,
          messageId: 'serial',
          data: { name: lastName(callee(awaited!)) ?? 'it' },
          detail: {
            confidence: found.certainty === 'read' ? 'likely' : 'possible',
            chain: when.kind === 'served' ? when.chain : [],
          },
        });
      },
    };
  },
});

interface Turns {
  /** Of one turn, in order; at least one. */
  awaits: TSESTree.AwaitExpression[];
  certainty: 'read' | 'unnamed';
}

const callee = (awaited: TSESTree.AwaitExpression): Node => {
  const call = unwrap(awaited.argument);
  return call.type === 'CallExpression' ? call.callee : call;
};

/** The awaits of a loop whose turns neither leave it, nor carry something over, nor do things in order. */
export function independentTurns(
  loop: TSESTree.ForOfStatement | TSESTree.ForStatement,
  analysis: Analysis,
): Turns | undefined {
  const counted = loop.type === 'ForStatement';
  const head = counted ? loop.init : loop.left;
  if (loop.body.type !== 'BlockStatement' || head?.type !== 'VariableDeclaration') return undefined;
  const keys = analysis.source.visitorKeys;
  const turn = new Set(head.declarations.flatMap(({ id }) => [...patternNames(id)]));
  const awaits: TSESTree.AwaitExpression[] = [];
  const filled = new Map<string, number>();
  const made = new Set<string>();
  const declared = new Set(turn);
  const visit = (node: Node): boolean => {
    if (node.type === 'AwaitExpression') awaits.push(node);
    if (node.type === 'VariableDeclarator') {
      for (const name of patternNames(node.id)) declared.add(name);
      if (node.id.type === 'Identifier' && node.parent.kind === 'const') made.add(node.id.name);
    }
    return ENDING.has(node.type) || carriesOver(node, declared, filled);
  };
  const ordered = someNode(loop.body, keys, visit, 'own');
  if (ordered || awaits.length === 0) return undefined;

  if (awaits.every((awaited) => waitsOnce(awaited, analysis))) return undefined;
  // What a turn computes from its own item is its own, too.
  if (!awaits.some((awaited) => intersects(namesIn(awaited.argument, keys), turn))) return undefined;
  const effects = awaits.map((awaited) => effectOf(awaited.argument, analysis, made).kind);
  if (effects.includes('ordered')) return undefined;
  // How many turns there are must be known before the first.
  const test = counted && loop.test ? namesIn(loop.test, keys) : new Set<string>();
  if ([...filled.keys(), ...made].some((name) => test.has(name)) || (counted && !loop.test)) return undefined;
  // A container that a turn both fills and looks at carries something over.
  for (const [name, fills] of filled) if (mentions(loop.body, name, keys) > fills) return undefined;
  return {
    awaits,
    certainty: effects.every((kind) => kind === 'read') ? 'read' : 'unnamed',
  };
}

/** Nothing is won by starting together what has its value at once. */
function waitsOnce({ argument }: TSESTree.AwaitExpression, analysis: Analysis): boolean {
  const call = unwrap(argument);
  return call.type === 'CallExpression' && isPrompt(call, analysis);
}

/** True when a turn changes something that the next one may see; filling a list or map is noted instead. */
function carriesOver(node: Node, declared: ReadonlySet<string>, filled: Map<string, number>): boolean {
  if (node.type === 'UpdateExpression') return !isDeclared(node.argument, declared);
  if (node.type === 'AssignmentExpression') {
    const target = node.left;
    if (isDeclared(target, declared)) return false;
    if (target.type !== 'MemberExpression' || node.operator !== '=') return true;
    // `item.price = await …` changes the turn's own item; `byId[id] = …` fills a container.
    if (isDeclared(target.object, declared)) return false;
    return !target.computed || !noteFill(target.object, filled);
  }
  if (node.type !== 'ExpressionStatement') return false;
  const call = unwrap(node.expression);
  if (call.type !== 'CallExpression') return false;
  if (call.callee.type !== 'MemberExpression') return true;
  const name = lastName(call.callee) ?? '';
  if (/^(?:push|set|add)$/.test(name) && !isDeclared(call.callee.object, declared)) {
    return !noteFill(call.callee.object, filled);
  }
  return !/^(?:console|log|logger)$/.test(lastName(call.callee.object) ?? '');
}

function noteFill(container: Node, filled: Map<string, number>): boolean {
  if (container.type !== 'Identifier') return false;
  filled.set(container.name, (filled.get(container.name) ?? 0) + 1);
  return true;
}

const isDeclared = (target: Node, declared: ReadonlySet<string>): boolean =>
  target.type === 'Identifier' && declared.has(target.name);

function mentions(body: Node, name: string, keys: Parameters<typeof walk>[1]): number {
  let count = 0;
  walk(body, keys, (node) => {
    if (node.type === 'Identifier' && node.name === name) count++;
    return undefined;
  });
  return count;
}

const intersects = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  [...a].some((name) => b.has(name));

const ENDING = new Set([
  'ReturnStatement',
  'ThrowStatement',
  'BreakStatement',
  'YieldExpression',
  'TryStatement',
  'WhileStatement',
  'DoWhileStatement',
]);
