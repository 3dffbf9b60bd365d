import type { Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from './analysis.ts';
import type { FunctionNode, Node } from './ast.ts';
import { enclosingFunction, unwrap } from './ast.ts';
import { executorOf } from './promises.ts';

/** A `new Promise` with the variables that settle it. */
export interface Construction {
  promise: TSESTree.NewExpression;
  executor: FunctionNode;
  /** `resolve` and `reject`, as far as they have names. */
  settlers: Variable[];
}

/** A use of `resolve` or `reject`. */
export interface Settling {
  node: TSESTree.Identifier;
  /** The call, when it is called there; undefined when it is handed to somebody else. */
  call: TSESTree.CallExpression | undefined;
  fn: FunctionNode | undefined;
}

/** Every `new Promise` of the file whose function stands there. */
export function constructions(analysis: Analysis): Construction[] {
  return analysis.once('promise-constructions', () => {
    const found: Construction[] = [];
    for (const promise of analysis.ofType('NewExpression')) {
      const executor = executorOf(promise, analysis);
      if (!executor) continue;
      const settlers = executor.params.flatMap((parameter) => {
        const bound = parameter.type === 'Identifier' ? analysis.bindings.variable(parameter) : undefined;
        return bound ? [bound] : [];
      });
      found.push({ promise, executor, settlers });
    }
    return found;
  });
}

/** Where `resolve` and `reject` are used, in source order. */
export function settlings({ settlers }: Construction): Settling[] {
  return settlers
    .flatMap((variable) => variable.references)
    .filter((reference) => reference.isRead())
    .map(({ identifier }) => identifier as TSESTree.Identifier)
    .map((node) => ({
      node,
      call: node.parent.type === 'CallExpression' && node.parent.callee === node ? node.parent : undefined,
      fn: enclosingFunction(node),
    }))
    .sort((a, b) => a.node.range[0] - b.node.range[0]);
}

/** The one expression that a function evaluates, where it does nothing else: its value, or its only statement's. */
export function onlyExpression({ body }: FunctionNode): Node | undefined {
  if (body.type !== 'BlockStatement') return unwrap(body);
  const [only] = body.body;
  if (body.body.length !== 1) return undefined;
  if (only?.type === 'ExpressionStatement') return unwrap(only.expression);
  return only?.type === 'ReturnStatement' && only.argument ? unwrap(only.argument) : undefined;
}
