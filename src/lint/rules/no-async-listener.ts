import type { TSESTree } from '@typescript-eslint/utils';
import type { Node } from '../source/ast.ts';
import { isFunction, lastName, someNode } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { listeningOf } from '../source/listeners.ts';
import { leavesErrors } from '../source/rejections.ts';

/** An async function as listener of an event: the emitter drops its promise. */
export default defineRule<{ emitters: 'known' | 'any' }>({
  name: 'no-async-listener',
  description: 'Report async listeners whose errors nobody handles',
  messages: {
    listener:
      "The emitter drops the promise of this listener: an error in it {{ends}}, and the next '{{event}}' does not wait for it. Put its body into try and catch.",
  },
  options: { emitters: { enum: ['known', 'any'] } },
  defaults: { emitters: 'any' },
  survived: 'option',
  create({ analysis, options, report }) {
    return {
      CallExpression(call) {
        const added = listeningOf(call);
        // Those of web pages take their errors elsewhere.
        if (!added || added.method === 'addEventListener') return;
        const { emitter, event, listener } = added;
        if (call.arguments.length !== 2 || isAside(emitter) || analysis.kind === 'command') return;
        if (options.emitters === 'known' && !isOfNode(emitter, event)) return;
        const targets = isFunction(listener)
          ? [listener]
          : listener.type === 'Identifier'
            ? analysis.reach.targets(listener)
            : [];
        const [fn] = targets;
        if (!fn?.async || !leavesErrors(fn, analysis) || awaitsLast(fn, analysis.source.visitorKeys)) return;
        report({ at: listener, messageId: 'listener', data: { event }, detail: { confidence: 'likely' } });
      },
    };

    /** By its event, or by what it is: emitters of a program's own may wait for their listeners. */
    function isOfNode(emitter: TSESTree.Expression, event: string): boolean {
      return NODES.test(event) || MODULES.test(analysis.bindings.resolve(emitter)?.module ?? '');
    }

    /** Signals end the process anyway; frameworks with hooks of the same name do wait. */
    function isAside(emitter: TSESTree.Expression): boolean {
      const object = lastName(emitter) ?? '';
      const module = analysis.bindings.resolve(emitter)?.module ?? '';
      return (
        object === 'process' ||
        /^(?:bot|hooks?|page|test|fixture|fastify|app|probot|robot)$/i.test(object) ||
        /^(?:fastify|grammy|telegraf|probot|@octokit\/.*|playwright.*|puppeteer.*|hookable|emittery)$/.test(
          module,
        )
      );
    }
  },
});

/** What streams, sockets, servers, children and those who build on them emit. */
const NODES =
  /^(?:abort|close|connect|connection|data|disconnect|drain|end|error|exit|finish|frame|headers|line|listening|message|online|open|packet|peer|pong|ping|readable|reconnect|rejectionHandled|request|response|row|secureConnect(?:ion)?|session|socket|stream|timeout|upgrade|warning)$/;

const MODULES =
  /^(?:events|net|tls|http|https|http2|stream|fs|child_process|cluster|worker_threads|readline|dgram|ws|socket\.io|ioredis|redis|pg|mqtt|amqplib|chokidar|busboy|formidable|ssh2)$/;

/** A body that is one `try` with a `catch`, whatever its catch does. */
function awaitsLast(fn: { body: Node }, keys: Parameters<typeof someNode>[1]): boolean {
  const statements = fn.body.type === 'BlockStatement' ? fn.body.body : [];
  const waits = statements.filter((statement) =>
    someNode(statement, keys, ({ type }) => type === 'AwaitExpression', 'own'),
  );
  return (
    waits.length > 0 &&
    waits.every((statement) => statement.type === 'TryStatement' && statement.handler !== null)
  );
}
