import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from './analysis.ts';
import type { FunctionNode, Node } from './ast.ts';
import { enclosingFunction, isFunction, lastName, unwrap } from './ast.ts';
import type { ApiPath } from './bindings.ts';
import { GLOBAL } from './bindings.ts';

/**
 * True when a value is a promise for certain, as far as names, declarations and annotations tell without types:
 * calls of async functions, functions that return a promise by their body or annotation, Node's and the language's own.
 */
export function isPromise(value: Node, analysis: Analysis, depth = 0): boolean {
  const node = unwrap(value);
  if (depth > 6) return false;
  switch (node.type) {
    case 'CallExpression':
      return isPromiseCall(node, analysis, depth);
    case 'NewExpression':
      return globalName(node.callee, analysis) === 'Promise';
    case 'ImportExpression':
      return true;
    case 'ConditionalExpression':
      return (
        isPromise(node.consequent, analysis, depth + 1) && isPromise(node.alternate, analysis, depth + 1)
      );
    case 'Identifier': {
      const bound = analysis.bindings.variable(node);
      if (!bound) return false;
      const declared = bound.identifiers[0];
      if (declared?.type === 'Identifier' && isPromiseType(declared.typeAnnotation?.typeAnnotation))
        return true;
      const only = analysis.bindings.onlyValue(bound);
      return only?.path.length === 0 && isPromise(only.value, analysis, depth + 1);
    }
    default:
      return false;
  }
}

/** True when every call of the function gives a promise. */
export function givesPromise(fn: FunctionNode, analysis: Analysis, depth = 0): boolean {
  if (fn.generator) return false;
  if (fn.async || isPromiseType(fn.returnType?.typeAnnotation)) return true;
  if (fn.body.type !== 'BlockStatement') return isPromise(fn.body, analysis, depth + 1);
  const returns = returnsOf(fn, analysis);
  return (
    returns.length > 0 &&
    fn.body.body.at(-1)?.type === 'ReturnStatement' &&
    returns.every(({ argument }) => argument !== null && isPromise(argument, analysis, depth + 1))
  );
}

/** The `return` statements of a function itself. */
export function returnsOf(fn: FunctionNode, analysis: Analysis): readonly TSESTree.ReturnStatement[] {
  const all = analysis.once('returns', () => {
    const found = new Map<FunctionNode, TSESTree.ReturnStatement[]>();
    for (const statement of analysis.ofType('ReturnStatement')) {
      const around = enclosingFunction(statement);
      if (!around) continue;
      const known = found.get(around);
      if (known) known.push(statement);
      else found.set(around, [statement]);
    }
    return found;
  });
  return all.get(fn) ?? [];
}

/** The functions a call runs. Not through wrappers: `debounce(save)()` gives whatever debounce gives. */
export function calledFunctions(call: TSESTree.CallExpression, analysis: Analysis): FunctionNode[] {
  const callee = unwrap(call.callee);
  if (callee.type === 'CallExpression') return [];
  const bound = callee.type === 'Identifier' ? analysis.bindings.variable(callee) : undefined;
  const only = bound && analysis.bindings.onlyValue(bound);
  if (only && unwrap(only.value).type === 'CallExpression') return [];
  return analysis.reach.targets(callee);
}

/** `all` of `Promise.all(…)`; undefined when the call is not one of the global Promise's functions. */
export function promiseMethod(node: Node, analysis: Analysis): string | undefined {
  const call = unwrap(node);
  if (call.type !== 'CallExpression') return undefined;
  const name = globalName(call.callee, analysis);
  return name?.startsWith('Promise.') ? name.slice('Promise.'.length) : undefined;
}

/** `JSON.parse` for the global function, however it is written; undefined for everything that is not global. */
export function globalName(callee: Node, analysis: Analysis): string | undefined {
  const api = analysis.bindings.resolve(callee);
  return api?.module === GLOBAL
    ? api.path.join('.').replace(/^(?:globalThis|window|global)\./, '')
    : undefined;
}

/** The `then`, `catch` or `finally` that a call is, whatever it is called on; undefined for other calls. */
export function chainMethod(node: Node): 'then' | 'catch' | 'finally' | undefined {
  const call = unwrap(node);
  if (call.type !== 'CallExpression' || unwrap(call.callee).type !== 'MemberExpression') return undefined;
  const name = lastName(call.callee);
  return name === 'then' || name === 'catch' || name === 'finally' ? name : undefined;
}

/** The function that a `new Promise` is given. */
export function executorOf(node: Node, analysis: Analysis): FunctionNode | undefined {
  if (node.type !== 'NewExpression' || globalName(node.callee, analysis) !== 'Promise') return undefined;
  const first = node.arguments[0];
  return isFunction(first) ? first : undefined;
}

function isPromiseCall(call: TSESTree.CallExpression, analysis: Analysis, depth: number): boolean {
  const chained = chainMethod(call);
  const callee = unwrap(call.callee);
  // `this.load.bind(this)` calls nothing yet.
  if (callee.type === 'MemberExpression' && lastName(callee) === 'bind') return false;
  if (chained && callee.type === 'MemberExpression') {
    // Others have a `catch`, too: `schema.catch(fallback)`.
    const [handler] = call.arguments;
    return (
      (handler !== undefined && handler.type !== 'SpreadElement' && isHandler(handler, analysis)) ||
      isPromise(callee.object, analysis, depth + 1)
    );
  }
  const targets = calledFunctions(call, analysis);
  if (targets.length > 0 && targets.every((fn) => givesPromise(fn, analysis, depth + 1))) return true;
  const given = analysis.project?.gives[call.range[1]];
  if (given) return given !== 'value';
  if (targets.length > 0) return false;
  return isPromiseApi(analysis.bindings.resolve(call.callee));
}

/** A function, as far as can be seen; a parameter may be one. */
function isHandler(value: Node, analysis: Analysis): boolean {
  if (isFunction(value) || analysis.reach.targets(value).length > 0) return true;
  const bound = value.type === 'Identifier' ? analysis.bindings.variable(value) : undefined;
  return (bound?.defs[0]?.type as string | undefined) === 'Parameter';
}

/** True when some `catch` or second argument of `then` in the chain handles a rejection. */
export function isHandledChain(call: TSESTree.CallExpression): boolean {
  const method = chainMethod(call);
  if (!method) return false;
  if (method === 'catch' || (method === 'then' && call.arguments.length > 1)) return true;
  const callee = unwrap(call.callee);
  const object = callee.type === 'MemberExpression' ? unwrap(callee.object) : undefined;
  return object?.type === 'CallExpression' && isHandledChain(object);
}

/** Functions of Node and the language that give a promise. */
function isPromiseApi(api: ApiPath | undefined): boolean {
  if (!api) return false;
  const name = api.path.join('.');
  switch (api.module) {
    case GLOBAL:
      return /^(?:fetch|Promise\.(?:all|allSettled|any|race|resolve|reject|try))$/.test(name);
    case 'fs/promises':
    case 'timers/promises':
    case 'dns/promises':
    case 'stream/promises':
      return (
        /^\w+$/.test(name) && !/^(?:watch|setInterval|constants|Resolver|getServers|setServers)$/.test(name)
      );
    case 'fs':
    case 'dns':
      return /^promises\.\w+$/.test(name) && !/^promises\.(?:watch|constants)/.test(name);
    case 'util':
      return name === 'promisify.()';
    case 'events':
      return name === 'once' || name === 'EventEmitter.once';
    default:
      return false;
  }
}

function isPromiseType(type: TSESTree.TypeNode | undefined): boolean {
  return (
    type?.type === 'TSTypeReference' &&
    type.typeName.type === 'Identifier' &&
    /^Promise(?:Like)?$/.test(type.typeName.name)
  );
}
