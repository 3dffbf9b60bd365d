import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import { lastName, unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { addImport, textOf } from '../source/edits.ts';
import { originOf } from '../source/origin.ts';
import { enclosingFunction } from '../source/ast.ts';

/** `a.pipe(b)`: when one of them fails, the other stays open. */
export default defineRule<{ streams: 'known' | 'any' }>({
  name: 'prefer-pipeline',
  description: 'Report pipe(), which closes nothing when a stream fails',
  messages: {
    pipe: 'When one of these streams fails or the client goes away, pipe() leaves the others open: a file descriptor or socket leaks each time. Use pipeline({{streams}}).',
    pipeline: 'Use await pipeline().',
  },
  options: { streams: { enum: ['known', 'any'] } },
  defaults: { streams: 'known' },
  where: 'option',
  create({ analysis, options, report }) {
    return {
      CallExpression(call) {
        if (
          lastName(call.callee) !== 'pipe' ||
          call.callee.type !== 'MemberExpression' ||
          call.arguments.length !== 1
        )
          return;
        // The last of a chain speaks for all.
        if (call.parent.type === 'MemberExpression' && lastName(call.parent) === 'pipe') return;
        if (analysis.kind === 'command' || analysis.reach.when(call).kind === 'start-up') return;
        const chain = chainOf(call);
        if (
          options.streams === 'known'
            ? !chain.some((stream) => isStream(stream, analysis))
            : /^(?:rxjs|effect|fp-ts)/.test(moduleOf(chain[0]!, analysis))
        )
          return;
        const streams = chain.map((stream) => textOf(stream, analysis));
        if (options.streams === 'known' && answersErrors(call, streams, analysis)) return;
        const isStatement =
          call.parent.type === 'ExpressionStatement' &&
          enclosingFunction(call)?.async === true &&
          !analysis.bindings.isBound('pipeline');
        report({
          at: call,
          messageId: 'pipe',
          data: { streams: streams.join(', ').slice(0, 60) },
          detail: { confidence: 'likely' },
          suggest: isStatement
            ? [
                {
                  messageId: 'pipeline',
                  data: {},
                  fix: (fixer) => [
                    addImport(fixer, 'pipeline', 'node:stream/promises', analysis),
                    fixer.replaceText(call, `await pipeline(${streams.join(', ')})`),
                  ],
                },
              ]
            : [],
        });
      },
    };
  },
});

/** One of its streams listens to errors, in the function around it or where it is made: somebody has thought of what fails. */
function answersErrors(
  call: TSESTree.CallExpression,
  streams: readonly string[],
  analysis: Analysis,
): boolean {
  const { text } = analysis.source;
  // What `pipe()` gives is its last stream: `const file = source.pipe(made())`, `source.pipe(made()).on('error', …)`.
  if (/^\s*\.on\(\s*['"]error/.test(text.slice(call.range[1], call.range[1] + 40))) return true;
  const { parent } = call;
  const last =
    parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier' ? [parent.id.name] : [];
  const around = text.slice(...(enclosingFunction(call) ?? analysis.source.ast).range);
  return [...streams, ...last].some(
    (stream) =>
      LISTENS.test(stream) ||
      (/^[\w$.]+$/.test(stream) &&
        new RegExp(`(?<![\\w$.])${stream.replaceAll(/[$.]/g, '\\$&')}\\s*\\.on\\(\\s*['"]error`).test(
          around,
        )),
  );
}

const LISTENS = /\.on\(\s*['"]error/;

/** `a.pipe(b).pipe(c)` is a, b, c. */
function chainOf(call: TSESTree.CallExpression): Node[] {
  const callee = unwrap(call.callee);
  const source = callee.type === 'MemberExpression' ? unwrap(callee.object) : callee;
  const isPiped =
    source.type === 'CallExpression' && lastName(source.callee) === 'pipe' && source.arguments.length === 1;
  return [...(isPiped ? chainOf(source) : [source]), call.arguments[0]!];
}

const moduleOf = (stream: Node, analysis: Analysis): string =>
  analysis.bindings.resolve(originOf(stream, analysis))?.module ?? '';

/** Streams of files, zlib, children and the network. */
function isStream(stream: Node, analysis: Analysis): boolean {
  const made = originOf(stream, analysis);
  const api = analysis.bindings.resolve(made);
  const name = api?.path.join('.') ?? '';
  if (api?.module === 'fs') return /^create(?:Read|Write)Stream\.\(\)$/.test(name);
  if (api?.module === 'zlib') return /^create\w+\.\(\)$/.test(name);
  return api?.module === 'child_process' && /\.\(\)\.std(?:in|out|err)$/.test(name);
}
