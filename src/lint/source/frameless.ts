import type { TSESTree } from '@typescript-eslint/utils';
import type { CallSite } from '../../model/source-facts.ts';
import type { Analysis } from './analysis.ts';
import type { Node } from './ast.ts';
import { isFunction, lastName, unwrap } from './ast.ts';
import { GLOBAL } from './bindings.ts';

/**
 * What a call of a built-in does for which V8 shows no frame: its time looks like that of the line itself. Undefined where it
 * is another call of the same name, as `suite.test('…', run)` is, or where nothing speaks for a regular expression.
 */
export function framelessWork(call: TSESTree.CallExpression, analysis: Analysis): CallSite['frameless'] {
  const api = analysis.bindings.resolve(call.callee);
  const name = api?.module === GLOBAL ? api.path.join('.') : undefined;
  if (name === 'JSON.parse' || name === 'JSON.stringify') return 'json';
  if (name === 'structuredClone') return 'native';
  // Methods of native classes lose their frames where V8 optimizes their callers.
  if (api && SQLITE.test(api.module)) return 'sync-other';
  return isMatching(call, analysis) ? 'regexp' : undefined;
}

const SQLITE = /^(?:(?:node:)?sqlite|better-sqlite3|libsql)$/;

/** Methods of a regular expression, and of texts with one. */
const OF_REGEXP = new Set(['test', 'exec']);
const OF_TEXT = new Set(['match', 'matchAll', 'search']);
/** These more often have a plain text: only a known expression speaks for one. */
const OF_EITHER = new Set(['replace', 'replaceAll', 'split']);

function isMatching(call: TSESTree.CallExpression, analysis: Analysis): boolean {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return false;
  const method = lastName(callee) ?? '';
  const [first] = call.arguments;
  if (!first) return false;
  if (OF_EITHER.has(method)) return kindOf(first, analysis) === 'regexp';
  if (call.arguments.length > 1) return false;
  const receiver = kindOf(callee.object, analysis);
  if (OF_REGEXP.has(method))
    return receiver === 'regexp' || (receiver === 'unknown' && kindOf(first, analysis) !== 'other');
  if (!OF_TEXT.has(method)) return false;
  const pattern = kindOf(first, analysis);
  return pattern === 'regexp' || (pattern === 'unknown' && receiver !== 'other');
}

/** `other`: known to be neither a regular expression nor a text that it could be held against. */
function kindOf(node: Node, analysis: Analysis): 'regexp' | 'other' | 'unknown' {
  const value = unwrap(node);
  if (value.type === 'Literal') {
    if ('regex' in value) return 'regexp';
    return typeof value.value === 'string' ? 'unknown' : 'other';
  }
  if (isFunction(value) || value.type === 'ObjectExpression' || value.type === 'ArrayExpression')
    return 'other';
  const api = analysis.bindings.resolve(value);
  if (api?.module === GLOBAL && api.path.join('.') === 'RegExp.()') return 'regexp';
  // What a package gives has methods of its own; a file of the program may as well export an expression.
  if (api) return api.module.startsWith('.') || api.module === GLOBAL ? 'unknown' : 'other';
  const variable = value.type === 'Identifier' ? analysis.bindings.variable(value) : undefined;
  const made = variable && analysis.bindings.onlyValue(variable);
  if (!made || made.path.length > 0) return 'unknown';
  // `a = b; b = a` has no end.
  return unwrap(made.value).type === 'Identifier' ? 'unknown' : kindOf(made.value, analysis);
}
