import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import { lastName, propertyName, unwrap } from '../source/ast.ts';
import { isSettled } from '../source/rejections.ts';
import { defineRule } from '../source/define-rule.ts';
import { chainMethod, isPromise } from '../source/promises.ts';

/** Asynchronous work begun in a constructor: nobody can wait for it, and its errors have nowhere to go. */
export default defineRule({
  name: 'no-async-constructor',
  description: 'Report asynchronous work that a constructor begins and nobody can await',
  messages: {
    begun:
      '{{what}} is begun in the constructor: nobody can wait for it, the object is used before it is done, and an error in it {{ends}}. Make the object in a static async function that awaits first.',
  },
  defaults: {},
  survived: 'option',
  create({ analysis, report }) {
    return {
      MethodDefinition(node) {
        if (node.kind !== 'constructor' || canBeWaitedFor(node.parent)) return;
        for (const statement of node.value.body?.body ?? []) {
          const call = statement.type === 'ExpressionStatement' ? unwrap(statement.expression) : undefined;
          if (call?.type !== 'CallExpression' || !isPromise(call, analysis)) continue;
          if (handles(call) || isSettled(call, analysis)) continue;
          report({
            at: call,
            messageId: 'begun',
            data: { what: `${rootName(call)}()` },
            detail: { confidence: isDeclaredHere(call, analysis) ? 'certain' : 'likely' },
          });
        }
      },
    };
  },
});

/** `whenReady()`, `ready = this.#open()`: the object says when it can be used. A flag does not let anybody wait. */
const canBeWaitedFor = ({ body }: TSESTree.ClassBody): boolean =>
  body.some(
    (member) =>
      (member.type === 'MethodDefinition' ||
        (member.type === 'PropertyDefinition' && typeof staticValue(member.value) !== 'boolean')) &&
      READY.test(propertyName(member) ?? ''),
  );

const staticValue = (node: Node | null): unknown => (node?.type === 'Literal' ? node.value : undefined);

const READY =
  /^[_#]?(?:when|until|wait(?:For|Until)?|await|ensure)?_?(?:ready|opened|loaded|initiali[sz]ed|initiali[sz]ation|connected)(?:$|[A-Z]|Promise)/i;

/** `this.#init().catch(log)`: its errors are thought about. */
function handles(call: TSESTree.CallExpression): boolean {
  const method = chainMethod(call);
  if (method === 'catch' || (method === 'then' && call.arguments.length > 1)) return true;
  const callee = unwrap(call.callee);
  const inner = method && callee.type === 'MemberExpression' ? unwrap(callee.object) : undefined;
  return inner?.type === 'CallExpression' && handles(inner);
}

function rootName(call: TSESTree.CallExpression): string {
  const callee = unwrap(call.callee);
  const inner = chainMethod(call) && callee.type === 'MemberExpression' ? unwrap(callee.object) : undefined;
  return inner?.type === 'CallExpression' ? rootName(inner) : (lastName(call.callee) ?? 'it');
}

const isDeclaredHere = (call: TSESTree.CallExpression, analysis: Analysis): boolean =>
  analysis.reach.targets(call.callee).length > 0;
