import type { Node } from '../source/ast.ts';
import { lastName, someNode, staticString } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { textOf } from '../source/edits.ts';
import { originKind } from '../source/origin.ts';
import { globalName } from '../source/promises.ts';

/** A regular expression whose text comes from a client: the client chooses how long matching takes. */
export default defineRule<{ origin: 'request' | 'any' }>({
  name: 'no-dynamic-regexp',
  description: 'Report regular expressions that are made from what a client sends',
  messages: {
    request:
      'A client decides what {{value}} is, and so how long this regular expression runs: one like (a+)+$ holds the event loop for minutes. Escape it with RegExp.escape(), or search with includes().',
    parameter:
      'Whoever calls this decides what {{value}} is, and so how long this regular expression runs. Escape it with RegExp.escape() where it is text to be found.',
  },
  options: { origin: { enum: ['request', 'any'] } },
  defaults: { origin: 'request' },
  create({ analysis, options, report }) {
    const check = (node: Parameters<typeof originKind>[0]): void => {
      if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return;
      if (globalName(node.callee, analysis) !== 'RegExp' || !node.arguments[0]) return;
      const kind = originKind(node.arguments[0], analysis);
      if (someNode(node.arguments[0], analysis.source.visitorKeys, escapes)) return;
      if (kind !== 'request' && (kind !== 'parameter' || options.origin === 'request')) return;
      report({
        at: node,
        messageId: kind,
        data: { value: textOf(node.arguments[0], analysis).slice(0, 40) },
        detail: { confidence: kind === 'request' ? 'likely' : 'possible', cause: 'regexp' },
      });
    };
    return { NewExpression: check, CallExpression: check };
  },
});

/** `text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')` takes the meaning from what a client writes. */
const escapes = (node: Node): boolean =>
  node.type === 'CallExpression' &&
  /^replace(?:All)?$/.test(lastName(node.callee) ?? '') &&
  /^\\+\$&$/.test(staticString(node.arguments[1]) ?? '');
