import type { Debugger, Runtime } from 'node:inspector';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError } from '../base/user-error.ts';
import type { Evaluated, Loop } from './loop.ts';
import { thrownText } from './loop.ts';

/** Where something is evaluated. */
export type EvaluationPlace =
  | { kind: 'global'; loop: Loop }
  | { kind: 'call'; loop: Loop; frame: Debugger.CallFrame }
  /** A suspended function: scopes from the innermost, and its `this`. */
  | { kind: 'suspended'; loop: Loop; scopes: string[]; receiver: string | undefined };

/** @throws UserError with what the program threw */
export async function evaluate(
  place: EvaluationPlace,
  { expression, context }: Pick<DebugProtocol.EvaluateArguments, 'expression' | 'context'>,
): Promise<Runtime.RemoteObject> {
  const answer = await run(place, expression, context ?? 'repl');
  if (answer.exceptionDetails) {
    throw new UserError('usage', sentence(thrownText(answer.exceptionDetails)), '');
  }
  return answer.result;
}

function run(place: EvaluationPlace, expression: string, context: string): Promise<Evaluated> {
  const { loop } = place;
  // What shows by itself must change nothing; what was typed may.
  const pure = context === 'hover';
  const options = { silent: true, generatePreview: true, ...(pure ? { throwOnSideEffect: true } : {}) };
  if (place.kind === 'suspended')
    return evaluateSuspended(place, expression, context === 'repl' ? {} : { throwOnSideEffect: true });
  if (place.kind === 'call') {
    return loop.evaluate(expression, place.frame, { ...options, includeCommandLineAPI: context === 'repl' });
  }
  // Promises cannot settle in a loop that is stopped.
  const repl = context === 'repl' && !loop.pause ? { replMode: true } : {};
  return loop.evaluate(expression, undefined, {
    ...options,
    includeCommandLineAPI: context === 'repl',
    ...repl,
  });
}

/**
 * V8 gives copies of the scopes of a suspended function, each wrapped with its name. `with` puts their names into reach of the expression; what it
 * assigns to a variable changes the copy only, so an assignment is refused.
 */
function evaluateSuspended(
  { loop, scopes, receiver }: Extract<EvaluationPlace, { kind: 'suspended' }>,
  expression: string,
  options: { throwOnSideEffect?: boolean },
): Promise<Evaluated> {
  const names = scopes.map((_, k) => `s${k}`);
  const nested = names
    .toReversed()
    .map((name) => `with (${name}.object) `)
    .join('');
  const target = receiver ?? scopes[0];
  if (target === undefined) {
    throw new UserError(
      'usage',
      'The variables of this function cannot be reached.',
      'Select a frame that shows variables.',
    );
  }
  return loop.call(
    target,
    `function(${names.join(', ')}) { ${nested}{ return (${expression}\n); } }`,
    scopes.map((objectId) => ({ objectId })),
    { ...options, generatePreview: true },
  );
}

function sentence(text: string): string {
  return text.replace(/^Uncaught /, '');
}
