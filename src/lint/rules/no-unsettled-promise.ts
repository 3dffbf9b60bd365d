import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { FunctionNode, Node } from '../source/ast.ts';
import { contains, isFunction } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { returnsWithout, trackFlow } from '../source/flow.ts';
import type { Construction } from '../source/settling.ts';
import { constructions, settlings } from '../source/settling.ts';

/** A way through the code on which a new promise is never settled: whoever awaits it waits for ever. */
export default defineRule({
  name: 'no-unsettled-promise',
  description: 'Report promises that on some way are neither resolved nor rejected',
  messages: {
    never: 'Nothing ever calls {{names}}: whoever awaits this promise waits for ever.',
    way: 'On one way through {{where}} neither resolve nor reject is called: whoever awaits this promise then waits for ever. Settle it on every way.',
  },
  defaults: {},
  where: 'option',
  scope: 'everywhere',
  create({ analysis, report }) {
    const sites = new Map<Node, Construction[]>();
    const suspects = new Map<FunctionNode, Construction>();
    for (const construction of constructions(analysis)) {
      const { executor, promise } = construction;
      // Nobody waits for what nobody looks at.
      if (hasUnknownSettlers(construction) || promise.parent.type === 'ExpressionStatement') continue;
      const uses = settlings(construction);
      if (uses.some(({ node }) => isInOptionalCall(node, executor))) continue;
      if (uses.length === 0) {
        // `new Promise(() => {})` says so on purpose.
        if (hasStatements(executor))
          report({
            at: promise,
            messageId: 'never',
            data: { names: executor.params.length > 0 ? 'resolve or reject' : 'anything that settles it' },
            detail: { confidence: 'certain' },
          });
        continue;
      }
      const fn = onlyFunction(construction, analysis);
      if (!fn) continue;
      suspects.set(fn, construction);
      for (const { node } of uses) sites.set(node, [...(sites.get(node) ?? []), construction]);
    }
    const flow = trackFlow<Construction>([...suspects.keys()], (end) => {
      const construction = end.fn && suspects.get(end.fn);
      if (!construction || !returnsWithout(end, (mark) => mark === construction)) return;
      const where =
        end.fn === construction.executor ? 'this function' : `the callback in line ${end.fn!.loc.start.line}`;
      report({
        at: construction.promise,
        messageId: 'way',
        data: { where },
        detail: { confidence: 'likely' },
      });
    });
    return {
      ...flow.listeners,
      Identifier(node: TSESTree.Identifier) {
        for (const construction of sites.get(node) ?? []) flow.mark(construction);
      },
    };
  },
});

/** Parameters that are patterns, a rest, or `arguments`: others may settle. */
const hasUnknownSettlers = ({ executor, settlers }: Construction): boolean =>
  settlers.length !== executor.params.length;

const hasStatements = (executor: FunctionNode): boolean =>
  executor.body.type !== 'BlockStatement' || executor.body.body.length > 0;

/** `server?.close(resolve)`: the author knows whether it is there. */
function isInOptionalCall(node: Node, executor: FunctionNode): boolean {
  for (let at: Node | undefined = node; at && at !== executor; at = at.parent)
    if (at.type === 'ChainExpression') return true;
  return false;
}

/**
 * The one function in which all settling happens: the executor, or one callback that Node calls exactly once.
 * With several functions (listeners, timers), some other one may settle.
 */
function onlyFunction(construction: Construction, analysis: Analysis): FunctionNode | undefined {
  const uses = settlings(construction);
  const fns = new Set(uses.map(({ fn }) => fn));
  if (fns.size !== 1) return undefined;
  const [fn] = fns;
  if (!fn || fn === construction.executor) return fn;
  return isFunction(fn) && contains(construction.executor, fn) && isCalledOnce(fn, analysis) ? fn : undefined;
}

/** The last argument of a function of Node that calls back once. */
function isCalledOnce(fn: FunctionNode, analysis: Analysis): boolean {
  const call = fn.parent;
  if (call.type !== 'CallExpression' || call.arguments.at(-1) !== fn) return false;
  const api = analysis.bindings.resolve(call.callee);
  return (
    api !== undefined &&
    api.path.length === 1 &&
    /^(?:fs|zlib|crypto|dns|child_process)$/.test(api.module) &&
    !/^(?:watch|watchFile|createReadStream)$/.test(api.path[0]!)
  );
}
