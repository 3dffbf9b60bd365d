import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from './analysis.ts';
import type { FunctionNode, Node } from './ast.ts';
import { enclosingFunction, isFunction, lastName, propertyName, unwrap } from './ast.ts';

/** Where a value comes from, as far as one file tells. */
export type Origin = 'request' | 'parameter' | 'constant' | 'unknown';

/** What made a value: through names with one value, `await`, `.toString()` and `.trim()`. */
export function originOf(value: Node, analysis: Analysis, depth = 0): Node {
  const node = unwrap(value);
  if (depth > 5) return node;
  if (node.type === 'AwaitExpression') return originOf(node.argument, analysis, depth + 1);
  if (node.type === 'Identifier') {
    const bound = analysis.bindings.variable(node);
    const only = bound && analysis.bindings.onlyValue(bound);
    return only?.path.length === 0 ? originOf(only.value, analysis, depth + 1) : node;
  }
  if (
    node.type === 'CallExpression' &&
    node.callee.type === 'MemberExpression' &&
    /^(?:toString|trim|toLowerCase|toUpperCase|valueOf)$/.test(lastName(node.callee) ?? '')
  ) {
    return originOf(node.callee.object, analysis, depth + 1);
  }
  return node;
}

/**
 * True for what may be long because it comes from outside: what a client sends, what was awaited, what a query or a
 * file gave, and lists made of such. What a program has written down itself is short.
 */
export function isFromOutside(value: Node, analysis: Analysis, depth = 0): boolean {
  const node = unwrap(value);
  if (depth > 6) return false;
  if (node.type === 'AwaitExpression') return true;
  if (node.type === 'Identifier') {
    const bound = analysis.bindings.variable(node);
    const only = bound && analysis.bindings.onlyValue(bound);
    if (only && isFromOutside(only.value, analysis, depth + 1)) return true;
  }
  if (node.type === 'CallExpression') {
    const callee = unwrap(node.callee);
    const parts = callee.type === 'MemberExpression' ? [callee.object, ...node.arguments] : node.arguments;
    return parts.some((part) => !isFunction(part) && isFromOutside(part, analysis, depth + 1));
  }
  if (node.type === 'MemberExpression' && isFromOutside(node.object, analysis, depth + 1)) return true;
  if (node.type === 'ArrayExpression')
    return node.elements.some(
      (one) => one?.type === 'SpreadElement' && isFromOutside(one.argument, analysis, depth + 1),
    );
  return originKind(node, analysis, depth) === 'request';
}

/** Whether a client decides about a value, the caller, or nobody. */
export function originKind(value: Node, analysis: Analysis, depth = 0): Origin {
  const node = originOf(value, analysis);
  if (depth > 6) return 'unknown';
  const worst = (parts: readonly (Node | null)[]): Origin => {
    const kinds = parts.map((part) => (part ? originKind(part, analysis, depth + 1) : 'constant'));
    return ORDER.find((kind) => kinds.includes(kind)) ?? 'constant';
  };
  switch (node.type) {
    case 'Literal':
      return 'constant';
    case 'TemplateLiteral':
      return worst(node.expressions);
    case 'BinaryExpression':
    case 'LogicalExpression':
      return worst([node.left, node.right]);
    case 'ConditionalExpression':
      return worst([node.consequent, node.alternate]);
    case 'ArrayExpression':
      return worst(node.elements);
    case 'MemberExpression':
      if (isRequestMember(node, analysis)) return 'request';
      if (isOwnOption(node)) return 'constant';
      return isConstantName(node.object, analysis)
        ? 'constant'
        : originKind(node.object, analysis, depth + 1);
    case 'CallExpression': {
      if (/^(?:Number|parseInt|parseFloat|Boolean|escape\w*)$/.test(lastName(node.callee) ?? ''))
        return 'constant';
      if (node.callee.type === 'MemberExpression') {
        const own = worst([node.callee.object, ...node.arguments]);
        return own === 'constant' && isConstantName(node.callee.object, analysis) ? 'constant' : own;
      }
      return node.arguments.length > 0 && worst(node.arguments) === 'request' ? 'request' : 'unknown';
    }
    case 'Identifier':
      return nameKind(node, analysis, depth);
    default:
      return 'unknown';
  }
}

/** `options.name`, `this.config.path`: what whoever runs the program has set. */
function isOwnOption(node: TSESTree.MemberExpression): boolean {
  const object = unwrap(node.object);
  if (
    object.type !== 'Identifier' &&
    !(object.type === 'MemberExpression' && object.object.type === 'ThisExpression')
  )
    return false;
  const name = lastName(object) ?? '';
  return /^_?(?:config|configuration|settings|env)$|(?:[a-z](?:Options|Config|Settings))$/.test(name);
}

/** True for a value that is the same whenever the code runs: a constant or a name from outside all functions. */
export function isConstantName(node: Node, analysis: Analysis): boolean {
  const plain = unwrap(node);
  if (plain.type === 'Literal') return true;
  if (plain.type === 'MemberExpression') return isConstantName(plain.object, analysis);
  if (plain.type !== 'Identifier') return false;
  const bound = analysis.bindings.variable(plain);
  if (!bound) return /^(?:process|__dirname|__filename|undefined)$/.test(plain.name);
  const scope = bound.scope.type as string;
  return (
    (scope === 'module' || scope === 'global') && bound.references.filter((r) => r.isWrite()).length <= 1
  );
}

const ORDER: readonly Origin[] = ['request', 'parameter', 'unknown', 'constant'];

function nameKind(node: TSESTree.Identifier, analysis: Analysis, depth: number): Origin {
  const bound = analysis.bindings.variable(node);
  if (!bound) return 'unknown';
  const only = analysis.bindings.onlyValue(bound);
  // `const { name } = req.query`
  if (only) {
    const root = unwrap(only.value);
    if (root.type === 'Identifier' && isRequest(root, analysis) && REQUEST_DATA.test(only.path[0] ?? ''))
      return 'request';
    return originKind(only.value, analysis, depth + 1);
  }
  if ((bound.defs[0]?.type as string | undefined) === 'Parameter') {
    const fn = bound.defs[0]!.node as Node;
    if (isFunction(fn) && isDataListener(fn)) return 'request';
    return 'parameter';
  }
  return isConstantName(node, analysis) ? 'constant' : 'unknown';
}

/** `req.query.name`, `ctx.request.body`, `event.queryStringParameters.id`. */
function isRequestMember(node: Node, analysis: Analysis): boolean {
  let at = unwrap(node);
  const names: string[] = [];
  while (at.type === 'MemberExpression' || at.type === 'CallExpression') {
    if (at.type === 'MemberExpression') names.unshift(propertyName(at) ?? '');
    at = unwrap(at.type === 'MemberExpression' ? at.object : at.callee);
  }
  if (at.type !== 'Identifier' || !isRequest(at, analysis)) return false;
  return names.some((name) => REQUEST_DATA.test(name));
}

/** A parameter named like a request, in a function that can be a handler. */
function isRequest(node: TSESTree.Identifier, analysis: Analysis): boolean {
  if (!/^_?(?:req|request|ctx|context|event|c)$/.test(node.name)) return false;
  const bound = analysis.bindings.variable(node);
  const definition = bound?.defs[0];
  if ((definition?.type as string | undefined) !== 'Parameter') return false;
  const fn = definition!.node as Node;
  return isFunction(fn) && (fn.params.length > 1 || analysis.reach.when(fn).kind === 'served');
}

/** `.on('data', (chunk) => …)`, `.on('message', (text) => …)`. */
function isDataListener(fn: FunctionNode): boolean {
  const call = fn.parent;
  if (call.type !== 'CallExpression' || !/^(?:on|addListener)$/.test(lastName(call.callee) ?? ''))
    return false;
  const [event] = call.arguments;
  return (
    event?.type === 'Literal' && /^(?:data|message|line)$/.test(String(event.value)) && !enclosedByTest(fn)
  );
}

const enclosedByTest = (fn: FunctionNode): boolean => enclosingFunction(fn)?.id?.name === 'test';

const REQUEST_DATA =
  /^(?:body|rawBody|query|params|param|headers|header|get|url|originalUrl|path|cookies|files?|hostname|queryStringParameters|pathParameters|searchParams|formData|text|json)$/;
