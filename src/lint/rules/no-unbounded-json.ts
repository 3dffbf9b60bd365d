import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import { lastName, staticString, unwrap } from '../source/ast.ts';
import { GLOBAL } from '../source/bindings.ts';
import { isFromOutside, originKind, originOf } from '../source/origin.ts';
import { comesOften } from '../source/comes-often.ts';
import { defineRule } from '../source/define-rule.ts';

/** JSON in a handler whose size nothing limits: a body read to its end, a file parsed each time, a whole collection. */
export default defineRule<{ data: 'outside' | 'any' }>({
  name: 'no-unbounded-json',
  description: 'Report JSON.parse and JSON.stringify of data without a limit in handlers',
  messages: {
    body: 'JSON.parse blocks the event loop in {{path}} for as long as the body is large, and nothing limits {{name}}. Stop reading above a maximum length.',
    copy: 'JSON.parse of JSON.stringify copies the whole value in {{path}} and blocks the event loop for both. Copy only what changes.',
    file: 'JSON.parse reads the same file again in {{path}} and blocks the event loop each time. Parse it once and keep the result.',
    collection:
      'JSON.stringify blocks the event loop in {{path}} for as long as {{name}}() returns much. Add a limit to the query, or stream the answer.',
  },
  options: { data: { enum: ['outside', 'any'] } },
  defaults: { data: 'outside' },
  create({ analysis, options, report }) {
    return {
      CallExpression(call) {
        const api = analysis.bindings.resolve(call.callee);
        if (api?.module !== GLOBAL || api.path[0] !== 'JSON' || api.path.length !== 2) return;
        const argument = call.arguments[0] && unwrap(call.arguments[0]);
        if (!argument) return;
        const problem =
          api.path[1] === 'parse' ? parseProblem(argument, analysis) : stringifyProblem(argument, analysis);
        if (problem?.own && options.data === 'outside') return;
        const when = problem && analysis.reach.when(call);
        if (when?.kind !== 'served' || (options.data === 'outside' && !comesOften(when))) return;
        report({
          at: call,
          messageId: problem!.messageId,
          data: { name: problem!.name, path: [when.label, ...when.path].join(' -> ') },
          detail: {
            confidence: problem!.messageId === 'collection' ? 'possible' : 'likely',
            cause: 'json',
            chain: when.chain,
          },
        });
      },
    };
  },
});

interface JsonProblem {
  messageId: 'body' | 'copy' | 'file' | 'collection';
  name: string;
  /** Data of the program itself, of a service that it has chosen to ask, or that was parsed already: most often short. */
  own?: boolean;
}

function parseProblem(argument: Node, analysis: Analysis): JsonProblem | undefined {
  const origin = originOf(argument, analysis);
  if (origin.type === 'CallExpression') {
    const api = analysis.bindings.resolve(origin.callee);
    if (api?.module === GLOBAL && api.path.join('.') === 'JSON.stringify') {
      const copied = origin.arguments[0] ?? origin;
      // What a client sends has been parsed once, within the limit of whoever parsed it.
      const isSent =
        originKind(copied, analysis) === 'request' && originOf(copied, analysis).type !== 'CallExpression';
      const own = isSent || !isFromOutside(copied, analysis);
      return { messageId: 'copy', name: '', own };
    }
    const isRead =
      api &&
      /^fs(?:\/promises|-extra)?$/.test(api.module) &&
      /^readFile(?:Sync)?$/.test(api.path.at(-1) ?? '');
    if (isRead && isConstantPath(origin.arguments[0], analysis)) return { messageId: 'file', name: '' };
  }
  const collected = collectedVariable(argument, analysis);
  return collected && { messageId: 'body', name: collected.name, own: collected.own };
}

function stringifyProblem(argument: Node, analysis: Analysis): JsonProblem | undefined {
  const origin = originOf(argument, analysis);
  if (origin.type !== 'CallExpression') return undefined;
  const name = lastName(origin.callee) ?? '';
  if (!/^(?:findAll|getAll|listAll|fetchAll|loadAll|selectAll|findMany|all|scan)$/.test(name))
    return undefined;
  if (origin.callee.type !== 'MemberExpression' || lastName(origin.callee.object) === 'Promise')
    return undefined;
  const text = analysis.source.text.slice(...origin.range);
  return /limit|take|first|page|top\b|max|count/i.test(text) ? undefined : { messageId: 'collection', name };
}

/** A path that is the same at every request: a constant, or a name from outside all functions. */
function isConstantPath(path: Node | undefined, analysis: Analysis): boolean {
  const node = path && unwrap(path);
  if (!node) return false;
  if (staticString(node) !== undefined) return true;
  if (node.type === 'Identifier') {
    const scope = analysis.bindings.variable(node)?.scope.type as string | undefined;
    return scope === 'module' || scope === 'global' || /^__(?:dirname|filename)$/.test(node.name);
  }
  if (node.type === 'CallExpression' && /^(?:join|resolve)$/.test(lastName(node.callee) ?? '')) {
    return node.arguments.every((argument) => isConstantPath(argument, analysis));
  }
  if (node.type === 'NewExpression' && lastName(node.callee) === 'URL')
    return isConstantPath(node.arguments[0], analysis);
  return node.type === 'TemplateLiteral' && node.expressions.every((part) => isConstantPath(part, analysis));
}

/** A string or list of chunks that grows with every 'data' event, and whose length nobody looks at. */
function collectedVariable(argument: Node, analysis: Analysis): { name: string; own: boolean } | undefined {
  let node = argument;
  while (node.type === 'CallExpression') {
    const callee = unwrap(node.callee);
    const isConcat = lastName(callee) === 'concat' || lastName(callee) === 'String';
    const inner = isConcat
      ? node.arguments[0]
      : callee.type === 'MemberExpression'
        ? callee.object
        : undefined;
    if (!inner) return undefined;
    node = unwrap(inner);
  }
  if (node.type === 'Identifier') {
    const bound = analysis.bindings.variable(node);
    const only = bound && analysis.bindings.onlyValue(bound);
    const made = only?.path.length === 0 ? unwrap(only.value) : undefined;
    if (made?.type === 'CallExpression') return collectedVariable(made, analysis);
    const grown = bound?.references.find((r) => growsInDataListener(r.identifier, analysis));
    if (!bound || !grown) return undefined;
    const isLimited =
      bound.references.some((r) => isLengthCheck(r.identifier)) ||
      MEASURED.test(textAround(bound.scope.block, analysis));
    return isLimited ? undefined : { name: bound.name, own: isOfAnswer(grown.identifier) };
  }
  return undefined;
}

/** `response.on('data', …)`, `child.stdout.on('data', …)`: what was asked for. What others send comes from these names. */
function isOfAnswer(identifier: Node): boolean {
  for (let at: Node | undefined = identifier; at; at = at.parent) {
    if (at.type !== 'CallExpression' || at.callee.type !== 'MemberExpression') continue;
    if (/^(?:on|addListener)$/.test(lastName(at.callee) ?? ''))
      return !SENDERS.test(lastName(at.callee.object) ?? '');
  }
  return false;
}

const SENDERS = /^_?(?:req(?:uest)?|msg|message|stream|socket|sock|conn(?:ection)?|client|peer|ws|stdin)$/i;

/** The code keeps a count of bytes of its own. */
const MEASURED = /(?:byteLength|content-length|maxLength|limit|MAX_)/i;

const textAround = (block: TSESTree.Node, analysis: Analysis): string =>
  analysis.source.text.slice(...block.range);

function isLengthCheck(identifier: Node): boolean {
  const parent = identifier.parent;
  return parent?.type === 'MemberExpression' && parent.object === identifier && lastName(parent) === 'length';
}

/** `body += chunk` or `chunks.push(chunk)` below `.on('data', …)`. */
function growsInDataListener(identifier: Node, analysis: Analysis): boolean {
  const parent = identifier.parent;
  const grows =
    (parent?.type === 'AssignmentExpression' && parent.left === identifier && parent.operator === '+=') ||
    (parent?.type === 'MemberExpression' &&
      lastName(parent) === 'push' &&
      parent.parent.type === 'CallExpression');
  if (!grows) return false;
  const when = analysis.reach.when(identifier);
  return when.kind === 'served' && when.chain.some((step) => step.label === `'data' event`);
}
