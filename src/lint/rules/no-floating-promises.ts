import type { TSESTree } from '@typescript-eslint/utils';
import type { Finding } from '../../model/finding.ts';
import type { Analysis } from '../source/analysis.ts';
import type { FunctionNode, Node } from '../source/ast.ts';
import { enclosingFunction, functionName, isFunction, lastName, unwrap } from '../source/ast.ts';
import { calledFunctions, promiseMethod } from '../source/promises.ts';
import { isBeginning } from '../source/begins-by-name.ts';
import { defineRule } from '../source/define-rule.ts';
import { isLeftOnPurpose } from '../source/on-purpose.ts';
import { failsOnTheWay, isSettled, mayReject } from '../source/rejections.ts';

/** Calls of functions known to be async whose promise nobody looks at: no types needed, so no guesses either. */
export default defineRule<{
  startUp: 'ignore' | 'report';
  tests: 'ignore' | 'report';
  /** Promises of what waits for something that may fail, or of any function that calls something. */
  failures: 'awaited' | 'any';
}>({
  name: 'no-floating-promises',
  description: 'Report promises of known async functions that nobody handles',
  messages: {
    floating:
      'Nobody handles a rejection of {{name}}(): an error in it {{ends}}. Await it, return it or add a catch.',
    addAwait: 'Await it.',
  },
  options: {
    startUp: { enum: ['ignore', 'report'] },
    tests: { enum: ['ignore', 'report'] },
    failures: { enum: ['awaited', 'any'] },
  },
  defaults: { startUp: 'ignore', tests: 'ignore', failures: 'awaited' },
  survived: 'option',
  scope: 'everywhere',
  create({ analysis, options, report }) {
    return {
      ExpressionStatement(statement) {
        const promise = floatingPromise(statement, analysis, options.failures);
        if (!promise) return;
        if (options.failures === 'awaited' && isLeftOnPurpose(statement, analysis)) return;
        const name = lastName(promise.callee) ?? 'it';
        if (options.startUp === 'ignore' && (ENDING.test(name) || isBeginning(statement, analysis))) return;
        const when = analysis.reach.when(statement);
        const around = enclosingFunction(statement);
        // That nobody waits for what a constructor begins is told by a rule of its own.
        if (options.startUp === 'ignore' && isConstructor(around) && around?.body === statement.parent)
          return;
        const isTest = analysis.kind === 'test' && around !== undefined;
        if (isTest && options.tests === 'ignore') return;
        // A start-up or a command that fails ends the process either way.
        const isOwn = when.kind === 'start-up' || analysis.kind === 'command';
        if (isOwn && options.startUp === 'ignore' && !isTest) return;
        report({
          at: promise,
          messageId: 'floating',
          data: { name },
          detail: {
            confidence: 'certain',
            chain: when.kind === 'served' ? when.chain : [],
            related: calledFunctions(promise, analysis).map((fn) => declaredAt(fn, analysis)),
          },
          suggest:
            around?.async === true
              ? [
                  {
                    messageId: 'addAwait',
                    data: {},
                    fix: (fixer) => fixer.insertTextBefore(statement, 'await '),
                  },
                ]
              : [],
        });
      },
    };
  },
});

const isConstructor = (fn: FunctionNode | undefined): boolean =>
  fn?.parent.type === 'MethodDefinition' && fn.parent.kind === 'constructor';

/** The process is about to end, or a connection is: whatever becomes of it, nothing is left to be done. */
const ENDING =
  /^_?(?:(?:end|close|disconnect|destroy|dispose|release)$|shut(?:ting)?down|graceful|exit|quit|terminate|fatal|die(?:$|[A-Z]))/i;

/** The call of a known async function whose promise the statement drops; undefined when it drops none for certain. */
export function floatingPromise(
  statement: TSESTree.ExpressionStatement,
  analysis: Analysis,
  failures: 'awaited' | 'any' = 'awaited',
): TSESTree.CallExpression | undefined {
  const promise = floatingCall(unwrap(statement.expression));
  if (!promise || !isAsyncCall(promise, analysis, failures)) return undefined;
  return failures === 'awaited' && isSettled(statement.expression, analysis) ? undefined : promise;
}

/** The call whose promise is dropped: `f()`, or `f().then(ok)` and `f().finally(end)`, which handle no rejection. */
function floatingCall(expression: Node): TSESTree.CallExpression | undefined {
  if (expression.type !== 'CallExpression') return undefined;
  const { callee } = expression;
  const object = callee.type === 'MemberExpression' ? unwrap(callee.object) : undefined;
  if (object?.type !== 'CallExpression') return expression;
  const name = lastName(callee);
  const handlesNothing = name === 'finally' || (name === 'then' && expression.arguments.length < 2);
  return handlesNothing ? floatingCall(object) : expression;
}

function isAsyncCall(
  call: TSESTree.CallExpression,
  analysis: Analysis,
  failures: 'awaited' | 'any',
): boolean {
  // `Promise.reject(error);` is written to be unhandled; what is resolved with a value never rejects.
  if (/^re(?:ject|solve)$/.test(promiseMethod(call, analysis) ?? '')) return false;
  const targets = calledFunctions(call, analysis);
  if (call.arguments.some(takesError)) return false;
  // Packages whose functions give promises, too, hand errors to a callback where they are given one.
  if (targets.length === 0 && isCallback(call.arguments.at(-1))) return false;
  if (targets.length > 0) {
    const fails = failures === 'any' ? mayReject : failsOnTheWay;
    return targets.every((fn) => fn.async && !fn.generator && fails(fn, analysis));
  }
  if (analysis.project?.gives[call.range[1]] === 'promise') return true;
  const api = analysis.bindings.resolve(call.callee);
  if (!api) return false;
  if (api.module === 'fs/promises' || api.module === 'stream/promises') return api.path.length === 1;
  return api.module === 'fs' && api.path[0] === 'promises' && api.path.length === 2;
}

const isCallback = (given: Node | undefined): boolean =>
  isFunction(given) ||
  (given?.type === 'Identifier' && /^(?:cb|callback|done|next)$|(?:Callback|Cb)$/.test(given.name));

/** `(err, result) => …`: whoever gets it hands it the errors. */
const takesError = (given: Node): boolean => {
  const first = isFunction(given) && given.params.length > 1 ? given.params[0] : undefined;
  return first?.type === 'Identifier' && /^_?err(?:or)?$/.test(first.name);
};

function declaredAt(fn: FunctionNode, analysis: Analysis): Finding['related'][number] {
  const name = functionName(fn);
  const { line, column } = fn.loc.start;
  const location = { file: analysis.file, line, column: column + 1, ...(name ? { function: name } : {}) };
  return { message: 'declared here', location };
}
