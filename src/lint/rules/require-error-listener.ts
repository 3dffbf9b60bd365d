import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Call } from '../source/ast.ts';
import type { Node } from '../source/ast.ts';
import { lastName, staticString } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';

/** A stream, socket or child without a listener for 'error': its first error ends the process. */
export default defineRule({
  name: 'require-error-listener',
  description: "Report streams, sockets and child processes without an 'error' listener",
  messages: {
    missing:
      "Nobody listens to 'error' of {{name}}, so its first error, {{example}}, ends the process. Add {{variable}}.on('error', …){{or}}.",
  },
  defaults: {},
  where: 'option',
  create({ analysis, report }) {
    const check = (call: Call): void => {
      const made = emitterOf(call, analysis);
      if (!made || analysis.kind === 'command') return;
      const when = analysis.reach.when(call).kind;
      if (when === 'start-up' && !made.always) return;
      const variable = variableOf(call);
      // What is handed on or kept in an object may be listened to elsewhere.
      if (!variable || !isOnlyUsedHere(variable, analysis)) return;
      report({
        at: call,
        messageId: 'missing',
        data: {
          name: `${made.name}()`,
          example: made.example,
          variable: variable.name,
          or: made.pipes ? ', or use pipeline()' : '',
        },
        detail: { confidence: 'likely' },
      });
    };
    return { CallExpression: check, NewExpression: check };
  },
});

interface Emitter {
  name: string;
  example: string;
  pipes: boolean;
  always: boolean;
}

function emitterOf(call: Call, analysis: Analysis): Emitter | undefined {
  const api = analysis.bindings.resolve(call.callee);
  if (!api || (api.path.length !== 1 && api.module !== 'ws')) return undefined;
  const name = api.path[0] ?? '';
  const emitter = (example: string, pipes = false, always = false): Emitter => ({
    name: name || 'WebSocket',
    example,
    pipes,
    always,
  });
  switch (api.module) {
    case 'fs':
      return /^create(?:Read|Write)Stream$/.test(name)
        ? emitter('a missing file or a full disk', true)
        : undefined;
    case 'child_process':
      // What runs is there.
      if (!/^(?:spawn|fork)$/.test(name) || isOwnExecutable(call.arguments[0])) return undefined;
      if (
        /^(?:ls|ps|df|cat|su|sh|bash|node|tail|kill|uname|cmd|cmd\.exe|powershell)$/.test(
          staticString(call.arguments[0]) ?? '',
        )
      )
        return undefined;
      return emitter('a command that is not found');
    case 'net':
    case 'tls':
      return /^(?:connect|createConnection|Socket)$/.test(name)
        ? emitter('a refused connection', false, true)
        : undefined;
    case 'http':
    case 'https':
      return /^(?:request|get)$/.test(name) ? emitter('a refused connection') : undefined;
    case 'ws':
      return call.type === 'NewExpression' && (name === '' || name === 'WebSocket')
        ? emitter('a refused connection', false, true)
        : undefined;
    case 'ioredis':
      return call.type === 'NewExpression' && name === ''
        ? emitter('a lost connection', false, true)
        : undefined;
    default:
      return undefined;
  }
}

function variableOf(call: Call): TSESTree.Identifier | undefined {
  const { parent } = call;
  return parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier' ? parent.id : undefined;
}

/** True when all uses are members of it, of which none listens to errors. */
function isOnlyUsedHere(variable: TSESTree.Identifier, analysis: Analysis): boolean {
  const uses =
    analysis.bindings.variable(variable)?.references.filter((reference) => reference.isRead()) ?? [];
  return uses.every(({ identifier }) => {
    const member = identifier.parent;
    if (member.type !== 'MemberExpression' || member.object !== identifier) return false;
    const call = member.parent;
    if (call.type !== 'CallExpression') return true;
    const name = lastName(member) ?? '';
    if (/^(?:on|once|addListener|setListeners)$/.test(name)) return !listensToErrors(call);
    return !/^(?:pipe|then)$/.test(name) || name === 'pipe';
  });
}

/** Chained calls count: `.on('data', …).on('error', …)`. */
function listensToErrors(call: TSESTree.CallExpression): boolean {
  const event = staticString(call.arguments[0]);
  if (event === undefined || event === 'error') return true;
  const next = call.parent.type === 'MemberExpression' ? call.parent.parent : undefined;
  return next?.type === 'CallExpression' && listensToErrors(next);
}

/** `process.execPath`, `process.argv0`, `process.argv[0]`. */
function isOwnExecutable(argument: Node | undefined): boolean {
  if (argument?.type !== 'MemberExpression') return false;
  const { object, property } = argument;
  if (lastName(object) === 'process') return /^(?:execPath|argv0)$/.test(lastName(argument) ?? '');
  return lastName(object) === 'argv' && property.type === 'Literal' && property.value === 0;
}
