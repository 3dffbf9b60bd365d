import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import { lastName, staticString, unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { loopAround } from '../source/loops.ts';
import { originOf } from '../source/origin.ts';

/** Writes into a stream without a look at whether it keeps up: what it cannot take stays in memory. */
export default defineRule({
  name: 'require-backpressure',
  description: 'Report writes to a stream in a loop or data listener that do not wait for it',
  messages: {
    data: 'Nobody looks at what {{stream}}.write() returns: when it is slower than what comes in, everything in between stays in memory. Use pipeline(), or pause until drain.',
    loop: 'Nobody looks at what {{stream}}.write() returns: the whole list is in memory once more before its first byte leaves. Use pipeline(Readable.from(…), {{stream}}), or await drain.',
  },
  defaults: {},
  create({ analysis, report }) {
    return {
      CallExpression(call) {
        if (
          call.parent.type !== 'ExpressionStatement' ||
          call.callee.type !== 'MemberExpression' ||
          lastName(call.callee) !== 'write'
        )
          return;
        const stream = unwrap(call.callee.object);
        if (stream.type !== 'Identifier' || !isWritable(stream, analysis) || analysis.kind === 'command')
          return;
        const text = analysis.source.text;
        if (/['"]drain['"]|writableNeedDrain|writableLength/.test(text)) return;
        const inListener = isDataListener(call);
        const loop = inListener ? undefined : loopAround(call);
        const isLong =
          loop?.kind === 'statement' &&
          (loop.node.type === 'ForOfStatement' || loop.node.type === 'WhileStatement');
        if (!inListener && !isLong) return;
        report({
          at: call,
          messageId: inListener ? 'data' : 'loop',
          data: { stream: stream.name },
          detail: {
            confidence:
              inListener || (loop?.node.type === 'ForOfStatement' && loop.node.await) ? 'likely' : 'possible',
          },
        });
      },
    };
  },
});

/** A response by its name in a handler, or a stream that this file opened. */
function isWritable(stream: TSESTree.Identifier, analysis: Analysis): boolean {
  const made = originOf(stream, analysis);
  if (made.type === 'CallExpression' && /^createWriteStream$/.test(lastName(made.callee) ?? '')) return true;
  return /^(?:res|response)$/.test(stream.name) && analysis.reach.when(stream).kind === 'served';
}

/** Directly in `source.on('data', (chunk) => …)`. */
function isDataListener(call: Node): boolean {
  for (let up = call.parent; up; up = up.parent) {
    if (!/Function/.test(up.type)) continue;
    const outer = up.parent;
    return (
      outer?.type === 'CallExpression' &&
      lastName(outer.callee) === 'on' &&
      staticString(outer.arguments[0]) === 'data'
    );
  }
  return false;
}
