import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from './analysis.ts';
import type { Node } from './ast.ts';
import { lastName, someNode, unwrap } from './ast.ts';
import type { EffectGuess } from './effects.ts';
import { effectOf } from './effects.ts';
import { mayLeave, namesIn, patternNames } from './names.ts';
import { isPrompt } from './waits.ts';

/** Awaits that one after another wait for what could be waited for together. */
export interface AwaitRun {
  awaits: TSESTree.AwaitExpression[];
  /** `read` when every call is named like a read; `unnamed` when some name says nothing. */
  certainty: 'read' | 'unnamed';
  /** True when each result goes to a name. */
  kept: boolean;
  /** The declarations, one for each await, when they stand side by side and a `Promise.all` could replace them. */
  adjacent?: TSESTree.VariableDeclaration[];
}

/**
 * Finds runs of independent awaits: in consecutive statements of a block, and inside one expression
 * (`f(await a(), await b())`). Every doubt ends a run: a use of an earlier result, a statement between that may
 * leave or change something, a call named like a write, one receiver that allows one call at a time.
 */
export function independentAwaits(analysis: Analysis): AwaitRun[] {
  const runs: AwaitRun[] = [];
  for (const block of new Set(analysis.ofType('AwaitExpression').map(blockAround)))
    if (block) runs.push(...runsOfBlock(statementsOf(block), analysis));
  return runs.sort((a, b) => a.awaits[0]!.range[0] - b.awaits[0]!.range[0]);
}

type Block = TSESTree.BlockStatement | TSESTree.SwitchCase | TSESTree.ArrowFunctionExpression;

/** The innermost list of statements around an await; an arrow function's expression is one of its own. */
function blockAround(node: Node): Block | undefined {
  for (let up = node.parent; up; up = up.parent) {
    if (up.type === 'BlockStatement' || up.type === 'SwitchCase') return up;
    if (up.type === 'ArrowFunctionExpression' && up.body.type !== 'BlockStatement') return up;
  }
  return undefined;
}

function statementsOf(block: Block): readonly Node[] {
  if (block.type === 'SwitchCase') return block.consequent;
  return block.type === 'BlockStatement' ? block.body : [block.body];
}

interface Item {
  awaited: TSESTree.AwaitExpression;
  statement: Node;
  effect: EffectGuess;
  /** Names that hold its result. */
  results: Set<string>;
}

/** A run under construction. */
interface Run {
  items: Item[];
  /** Names that hold a result of the run, or were computed from one. */
  tainted: Set<string>;
  /** Something stood after the last await: only if another await follows does it count. */
  gap: boolean;
  /** True while only awaits follow each other, with nothing between. */
  adjacent: boolean;
}

function runsOfBlock(statements: readonly Node[], analysis: Analysis): AwaitRun[] {
  const runs: AwaitRun[] = [];
  let run = newRun();
  const finish = (): void => {
    if (run.items.length >= 2) runs.push(toRun(run));
    run = newRun();
  };
  for (const statement of statements) {
    const items = itemsOf(statement, analysis);
    if (items === 'prompt') {
      run.gap = true;
      taintResults(statement, run, analysis);
      continue;
    }
    if (items === 'other') {
      if (run.items.length > 0 && !isHarmlessBetween(statement, run, analysis)) finish();
      continue;
    }
    for (const item of items) {
      if (item.effect.kind === 'ordered' || !canJoin(item, run, analysis)) finish();
      if (item.effect.kind === 'ordered') continue;
      run.adjacent &&= !run.gap;
      run.items.push(item);
      for (const name of item.results) run.tainted.add(name);
    }
    if (mayLeave(statement, analysis.source.visitorKeys)) finish();
  }
  finish();
  return runs;
}

const newRun = (): Run => ({ items: [], tainted: new Set(), gap: false, adjacent: true });

/**
 * The awaits of a statement whose shape is understood; `other` for every statement without one or too complex, `prompt`
 * for a declaration that waits the first time only.
 */
function itemsOf(statement: Node, analysis: Analysis): Item[] | 'other' | 'prompt' {
  const found: { awaited: TSESTree.AwaitExpression; results: Set<string> }[] = [];
  if (statement.type === 'VariableDeclaration') {
    for (const { id, init } of statement.declarations) {
      const results = patternNames(id);
      for (const awaited of unconditionalAwaits(init)) found.push({ awaited, results });
    }
  } else if (statement.type === 'ExpressionStatement') {
    const { expression } = statement;
    const assigned = expression.type === 'AssignmentExpression' && expression.operator === '=';
    if (assigned && expression.left.type === 'Identifier') {
      for (const awaited of unconditionalAwaits(expression.right)) {
        found.push({ awaited, results: new Set([expression.left.name]) });
      }
    } else {
      // The result is dropped, so it was called for what it does.
      for (const awaited of unconditionalAwaits(expression, 'nested'))
        found.push({ awaited, results: new Set() });
    }
  } else if (statement.type === 'ReturnStatement' || statement.parent?.type === 'ArrowFunctionExpression') {
    const value = statement.type === 'ReturnStatement' ? statement.argument : statement;
    for (const awaited of unconditionalAwaits(value, 'nested')) found.push({ awaited, results: new Set() });
  }
  if (found.length === 0) return 'other';
  const slow = found.filter(({ awaited }) => !waitsOnce(awaited, analysis));
  if (slow.length === 0) return statement.type === 'VariableDeclaration' ? 'prompt' : 'other';
  return slow.map((one) => {
    const effect = effectOf(one.awaited.argument, analysis);
    const ordered = effect.kind === 'ordered' || hasOwnEffects(one.awaited.argument, analysis);
    return { ...one, statement, effect: ordered ? { ...effect, kind: 'ordered' } : effect };
  });
}

function waitsOnce({ argument }: TSESTree.AwaitExpression, analysis: Analysis): boolean {
  const call = unwrap(argument);
  return call.type === 'CallExpression' && isPrompt(call, analysis);
}

/**
 * Awaits that an expression always reaches, in order: the expression itself, `(await f()).x`, members of object and
 * array literals, arguments of calls. Not below conditions, functions or other awaits.
 */
function unconditionalAwaits(
  expression: Node | null | undefined,
  depth: 'top' | 'nested' = 'top',
): TSESTree.AwaitExpression[] {
  const node = expression && unwrap(expression);
  switch (node?.type) {
    case 'AwaitExpression':
      return depth === 'top' || node.parent.type !== 'ExpressionStatement' ? [node] : [];
    case 'MemberExpression':
      return unconditionalAwaits(node.object, depth);
    case 'ObjectExpression':
      return node.properties.flatMap((p) =>
        p.type === 'Property' && !p.computed ? unconditionalAwaits(p.value, depth) : [],
      );
    case 'ArrayExpression':
      return node.elements.flatMap((element) => unconditionalAwaits(element, depth));
    case 'BinaryExpression':
      return [node.left, node.right].flatMap((part) => unconditionalAwaits(part, depth));
    case 'TemplateLiteral':
      return node.expressions.flatMap((part) => unconditionalAwaits(part, depth));
    case 'CallExpression':
      return [node.callee, ...node.arguments].flatMap((part) => unconditionalAwaits(part, depth));
    default:
      return [];
  }
}

function canJoin(item: Item, run: Run, analysis: Analysis): boolean {
  const { argument } = item.awaited;
  if (run.items.length === 0) return true;
  const keys = analysis.source.visitorKeys;
  const used = namesIn(argument, keys);
  if ([...run.tainted].some((name) => used.has(name))) return false;
  // The result goes to a name that an earlier call was given.
  const earlier = new Set(run.items.flatMap((other) => [...namesIn(other.awaited.argument, keys)]));
  if ([...item.results].some((name) => earlier.has(name))) return false;
  return run.items.every((other) => areIndependent(other.effect, item.effect));
}

/** One receiver that answers one call at a time, or the very same call twice, is no gain or not the same. */
function areIndependent(a: EffectGuess, b: EffectGuess): boolean {
  if (a.receiver !== undefined && a.receiver === b.receiver && (a.stateful || b.stateful)) return false;
  return true;
}

/** An await, assignment or `i++` among the arguments makes the order count. */
function hasOwnEffects(expression: Node, analysis: Analysis): boolean {
  return someNode(expression, analysis.source.visitorKeys, ({ type }) => EFFECTS.has(type), 'own');
}

const EFFECTS = new Set(['AwaitExpression', 'YieldExpression', 'AssignmentExpression', 'UpdateExpression']);

/** A statement between two awaits that neither leaves, nor changes what the next one is given, nor checks a result. */
function isHarmlessBetween(statement: Node, run: Run, analysis: Analysis): boolean {
  run.gap = true;
  const keys = analysis.source.visitorKeys;
  if (statement.type === 'EmptyStatement' || statement.type === 'FunctionDeclaration') return true;
  if (statement.type.startsWith('TS')) return true;
  if (mayLeave(statement, keys) || hasOwnAwait(statement, analysis)) return false;
  if (statement.type === 'VariableDeclaration') {
    taintResults(statement, run, analysis);
    return true;
  }
  return statement.type === 'ExpressionStatement' && isLogging(statement.expression);
}

/** What is computed from a result of the run is one itself. */
function taintResults(statement: Node, run: Run, analysis: Analysis): void {
  if (statement.type !== 'VariableDeclaration') return;
  for (const { id, init } of statement.declarations) {
    const used = init ? namesIn(init, analysis.source.visitorKeys) : new Set<string>();
    if (![...run.tainted].some((name) => used.has(name))) continue;
    for (const name of patternNames(id)) run.tainted.add(name);
  }
}

function isLogging(expression: Node): boolean {
  const call = unwrap(expression);
  if (call.type !== 'CallExpression' || call.callee.type !== 'MemberExpression') return false;
  return /^(?:console|log|logger|performance|debug)$/.test(lastName(call.callee.object) ?? '');
}

function hasOwnAwait(statement: Node, analysis: Analysis): boolean {
  return someNode(statement, analysis.source.visitorKeys, ({ type }) => WAITING.has(type), 'own');
}

const WAITING = new Set(['AwaitExpression', 'YieldExpression', 'ForOfStatement']);

function toRun(run: Run): AwaitRun {
  const declarations = run.items.map(({ statement, awaited }) =>
    statement.type === 'VariableDeclaration' &&
    statement.kind === 'const' &&
    statement.declarations.length === 1 &&
    statement.declarations[0]!.init === awaited
      ? statement
      : undefined,
  );
  const all = declarations.filter((declaration) => declaration !== undefined);
  return {
    awaits: run.items.map((item) => item.awaited),
    kept: run.items.every((item) => item.results.size > 0),
    certainty: run.items.every((item) => item.effect.kind === 'read') ? 'read' : 'unnamed',
    ...(run.adjacent && all.length === run.items.length ? { adjacent: all } : {}),
  };
}
