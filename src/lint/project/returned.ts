import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { FunctionNode, Node } from '../source/ast.ts';
import { unwrap } from '../source/ast.ts';
import { givesPromise, returnsOf } from '../source/promises.ts';
import { failsOnTheWay, failuresOf, isSettled } from '../source/rejections.ts';
import { waitsOf } from '../source/waits.ts';
import type { IndexedFunction, Value } from './file-index.ts';
import { leadsToFunction, type Describe } from './values.ts';

/** What a call of a function gives: a promise or not, and the functions, objects and classes that it may return. */
export function givenBy(
  fn: FunctionNode,
  analysis: Analysis,
  describe: Describe,
): Pick<IndexedFunction, 'gives' | 'returns' | 'hands' | 'calm' | 'seldom' | 'fails' | 'waits'> {
  const values = returnedNodes(fn, analysis);
  const gives = promiseness(fn, values, analysis);
  const returned = values
    .slice(0, 8)
    .map((value) => describe(value))
    .filter((value): value is Value => value !== null && leadsToSomething(value));
  const returns: Value | undefined = returned.length > 1 ? ['any', returned] : returned[0];
  const calls = values.map((value) => unwrap(value));
  const handsOn =
    gives === 'unknown' &&
    calls.length > 0 &&
    calls.every(({ type }) => type === 'CallExpression') &&
    alwaysReturns(fn, calls.length, analysis);
  return {
    gives,
    ...(returns ? { returns } : {}),
    ...(gives === 'promise' ? { ...calmness(fn, values, analysis), ...waiting(fn, analysis) } : {}),
    ...(handsOn ? { hands: calls.map(({ range }) => range[1]) } : {}),
  };
}

/** No `return;`, and none missing at the end. */
const alwaysReturns = (fn: FunctionNode, values: number, analysis: Analysis): boolean =>
  fn.body.type !== 'BlockStatement' ||
  (fn.body.body.at(-1)?.type === 'ReturnStatement' && returnsOf(fn, analysis).length === values);

/** Whether the promise never rejects, or does so only when those of other calls do. */
function calmness(
  fn: FunctionNode,
  values: readonly Node[],
  analysis: Analysis,
): Pick<IndexedFunction, 'calm' | 'seldom' | 'fails'> {
  const pending = fn.async ? pendingOf(fn, analysis) : pendingAmong(values, analysis);
  if (pending?.length === 0) return { calm: true };
  return {
    ...(fn.async && !failsOnTheWay(fn, analysis) ? { seldom: true as const } : {}),
    ...(pending ? { fails: pending.map(({ range }) => range[1]) } : {}),
  };
}

function waiting(fn: FunctionNode, analysis: Analysis): Pick<IndexedFunction, 'waits'> {
  const waits = waitsOf(fn, analysis);
  return waits ? { waits: waits.map(({ range }) => range[1]) } : {};
}

/** Calls whose rejection becomes its own; undefined where it fails in other ways, too. */
function pendingOf(fn: FunctionNode, analysis: Analysis): readonly Node[] | undefined {
  const { own, calls } = failuresOf(fn, analysis);
  return own ? undefined : calls;
}

/** The same of a function that is not async, by what it returns. */
function pendingAmong(values: readonly Node[], analysis: Analysis): readonly Node[] | undefined {
  const left = values.map((value) => unwrap(value)).filter((value) => !isSettled(value, analysis));
  const calls = left.filter(({ type }) => type === 'CallExpression');
  return values.length > 0 && calls.length === left.length ? calls : undefined;
}

function promiseness(
  fn: FunctionNode,
  values: readonly Node[],
  analysis: Analysis,
): IndexedFunction['gives'] {
  if (givesPromise(fn, analysis) || documentedPromise(fn, analysis)) return 'promise';
  if (fn.generator) return 'value';
  const type = fn.returnType?.typeAnnotation;
  if (type) return isPlainType(type) ? 'value' : 'unknown';
  return values.every(isPlainValue) ? 'value' : 'unknown';
}

/** Types that are surely no promise. */
function isPlainType(type: TSESTree.TypeNode): boolean {
  if (type.type === 'TSUnionType') return type.types.every(isPlainType);
  return PLAIN_TYPES.has(type.type);
}

const PLAIN_TYPES: ReadonlySet<string> = new Set(
  (
    'TSVoidKeyword TSStringKeyword TSNumberKeyword TSBooleanKeyword TSUndefinedKeyword TSNullKeyword TSBigIntKeyword ' +
    'TSSymbolKeyword TSNeverKeyword TSArrayType TSTupleType TSFunctionType TSLiteralType TSTypePredicate TSTemplateLiteralType'
  ).split(' '),
);

const isPlainValue = (node: Node): boolean => PLAIN_VALUES.has(unwrap(node).type);

const PLAIN_VALUES: ReadonlySet<string> = new Set(
  (
    'Literal TemplateLiteral ArrayExpression ObjectExpression FunctionExpression ArrowFunctionExpression ClassExpression ' +
    'UnaryExpression BinaryExpression UpdateExpression JSXElement JSXFragment'
  ).split(' '),
);

/** `@returns {Promise<…>}` in the comment before the function or its declaration. */
function documentedPromise(fn: FunctionNode, { source }: Analysis): boolean {
  let holder: Node = fn;
  while (HOLDERS.has(holder.parent?.type ?? '')) holder = holder.parent!;
  const before = source.text.slice(Math.max(0, holder.range[0] - 2000), holder.range[0]).trimEnd();
  if (!before.endsWith('*/')) return false;
  const comment = before.slice(before.lastIndexOf('/**'));
  return /@returns?\s*\{\s*(?:Bluebird|Promise|PromiseLike)\b[^}]*/.test(comment);
}

const HOLDERS: ReadonlySet<string> = new Set([
  'VariableDeclarator',
  'VariableDeclaration',
  'ExportNamedDeclaration',
  'ExportDefaultDeclaration',
  'AssignmentExpression',
  'ExpressionStatement',
  'MethodDefinition',
  'PropertyDefinition',
  'Property',
]);

function returnedNodes(fn: FunctionNode, analysis: Analysis): Node[] {
  if (fn.body.type !== 'BlockStatement') return [fn.body];
  return returnsOf(fn, analysis).flatMap(({ argument }) => (argument ? [argument] : []));
}

/** A plain global or module says nothing that the caller could use. */
function leadsToSomething(value: Value): boolean {
  if (value[0] === 'class' || value[0] === 'this') return true;
  return leadsToFunction(value);
}
