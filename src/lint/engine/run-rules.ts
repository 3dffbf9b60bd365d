import type { Analysis } from '../source/analysis.ts';
import { useAnalysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import type { Rule } from '../source/define-rule.ts';
import { flowNodes } from '../source/flow.ts';
import { createContext, createSourceCode } from './rule-context.ts';
import type { RuleMessage } from './rule-context.ts';

/** A rule with its options. */
export interface ChosenRule {
  name: string;
  rule: Rule;
  options: readonly unknown[];
}

/** What rules said in one walk over the nodes, and the rules that need ESLint's code paths, with where. */
export interface RuleRun {
  messages: RuleMessage[];
  flow: { chosen: ChosenRule; nodes: readonly Node[] }[];
}

/** A rule threw. */
export class RuleError extends Error {
  readonly rule: string;

  constructor(rule: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'RuleError';
    this.rule = rule;
  }
}

/**
 * Runs rules as ESLint does, with less: listeners for types of nodes and for the end of the program, no tokens.
 * @throws RuleError naming the rule that failed
 */
export function runRules(analysis: Analysis, chosen: readonly ChosenRule[]): RuleRun {
  useAnalysis(analysis.source.ast, analysis);
  const run: RuleRun = { messages: [], flow: [] };
  const entering = new Map<string, Listener[]>();
  const ending: Listener[] = [];
  const code = createSourceCode(analysis);
  for (const one of chosen) {
    const said: RuleMessage[] = [];
    const listeners = guarded(one.name, () => one.rule.create(createContext(code, one, said)));
    const nodes = flowNodes(listeners);
    if (nodes) {
      // ESLint runs such a rule anew, and all of it.
      if (nodes.length > 0) run.flow.push({ chosen: one, nodes });
      else run.messages.push(...said);
      continue;
    }
    for (const [selector, listener] of Object.entries(listeners)) {
      const call: Listener = { rule: one.name, said, run: listener as (node: Node) => void };
      if (selector === 'Program:exit') ending.push(call);
      else if (/^\w+$/.test(selector)) addTo(entering, selector, call);
      else throw new RuleError(one.name, `it listens to ${selector}, which is no type of node`);
    }
    // Some speak before anything is visited.
    run.messages.push(...said.splice(0));
  }
  for (const node of analysis.nodes) {
    const listeners = entering.get(node.type);
    if (listeners) for (const listener of listeners) hear(listener, node);
  }
  for (const listener of ending) hear(listener, analysis.source.ast);
  return run;

  /** Called more often than anything else: no function is made for it. */
  function hear({ rule, said, run: listen }: Listener, node: Node): void {
    try {
      listen(node);
    } catch (error) {
      throw new RuleError(rule, error);
    }
    if (said.length > 0) run.messages.push(...said.splice(0));
  }
}

interface Listener {
  rule: string;
  /** What the rule reported and nobody has fetched yet. */
  said: RuleMessage[];
  run: (node: Node) => void;
}

function guarded<T>(rule: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new RuleError(rule, error);
  }
}

function addTo<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const known = lists.get(key);
  if (known) known.push(value);
  else lists.set(key, [value]);
}
