import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import { enclosingFunction, lastName, propertyName, unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { insertAwait } from '../source/edits.ts';
import { originOf } from '../source/origin.ts';
import { calledFunctions, chainMethod, isPromise } from '../source/promises.ts';

/** A promise used as the value it will become: a member of it, arithmetic, a comparison, text. */
export default defineRule<{ tests: 'ignore' | 'report' }>({
  name: 'missing-await',
  description: 'Report promises that are used as if they were their values',
  messages: {
    member: '{{what}} is a promise and has no {{member}}: this is undefined. Await it first.',
    value: '{{what}} is a promise, not yet its value: this gives {{gives}}. Await it first.',
    addAwait: 'Await it.',
  },
  options: { tests: { enum: ['ignore', 'report'] } },
  defaults: { tests: 'ignore' },
  scope: 'everywhere',
  create({ analysis, options, report }) {
    if (analysis.kind === 'test' && options.tests === 'ignore') return {};
    const check = (
      node: TSESTree.Expression | TSESTree.PrivateIdentifier,
      messageId: string,
      data: Record<string, string>,
    ): void => {
      if (node.type === 'PrivateIdentifier') return;
      const plain = unwrap(node);
      if (!isPromise(plain, analysis)) return;
      if (
        messageId === 'member' &&
        (isOfLibrary(data['member']!, plain, analysis) ||
          mayHaveMore(plain, analysis) ||
          hasMore(plain, analysis))
      )
        return;
      const what =
        plain.type === 'CallExpression'
          ? `${lastName(plain.callee) ?? 'This'}()`
          : plain.type === 'Identifier'
            ? plain.name
            : 'This';
      const suggest: TSESLint.SuggestionReportDescriptor<string>[] =
        enclosingFunction(node)?.async === true
          ? [{ messageId: 'addAwait', data: {}, fix: (fixer) => insertAwait(fixer, node) }]
          : [];
      report({ at: plain, messageId, data: { ...data, what }, detail: { confidence: 'certain' }, suggest });
    };
    return {
      MemberExpression(node) {
        const member = propertyName(node);
        if (member === undefined || KNOWN.test(member) || isWritten(node)) return;
        check(node.object, 'member', { member });
      },
      BinaryExpression(node) {
        if (!/^(?:[-+*/%<>]|[<>]=|\*\*)$/.test(node.operator)) return;
        const gives = /[<>]/.test(node.operator)
          ? 'false'
          : node.operator === '+'
            ? "'[object Promise]…'"
            : 'NaN';
        check(node.left, 'value', { gives });
        check(node.right, 'value', { gives });
      },
      TemplateLiteral(node) {
        if (node.parent.type === 'TaggedTemplateExpression') return;
        for (const part of node.expressions) check(part, 'value', { gives: "'[object Promise]'" });
      },
      ForOfStatement(node) {
        if (!node.await) check(node.right, 'value', { gives: 'a TypeError' });
      },
      VariableDeclarator(node) {
        if (node.init && isDestructured(node.id)) check(node.init, 'value', { gives: 'undefined' });
      },
    };
  },
});

/** `const { a } = promise` reads what no promise has; libraries' promises with more on them are calls we do not know. */
const isDestructured = (id: Node): boolean =>
  (id.type === 'ObjectPattern' &&
    id.properties.length > 0 &&
    id.properties.every((p) => p.type === 'Property' && !KNOWN.test(propertyName(p) ?? ''))) ||
  (id.type === 'ArrayPattern' && id.elements.length > 0);

/** Promises of libraries have more than those of the language: `timeout` of Bluebird. A chain keeps what it began as. */
function mayHaveMore(value: Node, analysis: Analysis): boolean {
  const node = originOf(value, analysis);
  if (node.type !== 'CallExpression') return false;
  const callee = unwrap(node.callee);
  if (chainMethod(node) && callee.type === 'MemberExpression')
    return !isPromise(callee.object, analysis) || mayHaveMore(callee.object, analysis);
  const api = analysis.bindings.resolve(node.callee);
  if (api && analysis.project?.gives[node.range[1]] === 'promise' && !OWN_PROMISES.test(api.module))
    return true;
  const targets = calledFunctions(node, analysis);
  return targets.some((fn) => !fn.async) && OTHER_PROMISES.test(analysis.source.text);
}

/** `timeout`, `done`: what promises of libraries have, unless the promise is surely one of the language. */
function isOfLibrary(member: string, value: Node, analysis: Analysis): boolean {
  if (!OF_LIBRARIES.test(member)) return false;
  const targets = value.type === 'CallExpression' ? calledFunctions(value, analysis) : [];
  return targets.length === 0 || targets.some((fn) => !fn.async);
}

/** `promise.failedWith = error`: somebody puts something of his own on it. */
function hasMore(value: Node, { bindings }: Analysis): boolean {
  const uses = value.type === 'Identifier' ? (bindings.variable(value)?.references ?? []) : [];
  return uses.some(({ identifier: { parent } }) => parent.type === 'MemberExpression' && isWritten(parent));
}

const OF_LIBRARIES =
  /^(?:timeout|delay|done|tap|tapCatch|progress|progressed|notify|spread|nodeify|asCallback|fail|fin|always|return|thenReturn|error|lastly|bind|is(?:Pending|Fulfilled|Rejected|Resolved|Cancelled))$/;

/** Node's and the language's; of packages some give more: a child process that can be awaited. */
const OWN_PROMISES = /^(?:\(global\)|\.|fs|timers|dns|stream|util|events|readline)/;

const OTHER_PROMISES = /['"](?:bluebird|q|when|rsvp|kew|vow)['"]/;

const isWritten = (node: TSESTree.MemberExpression): boolean =>
  node.parent.type === 'AssignmentExpression' && node.parent.left === node;

/** What promises have, those of Node's functions included; a name with `_` in front was put there by somebody. */
const KNOWN =
  /^(?:_.*|then|catch|finally|constructor|toString|valueOf|hasOwnProperty|__proto__|promise|resolve|reject|child|cancel|abort|\[Symbol.*)$/;
