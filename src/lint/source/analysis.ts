import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Finding } from '../../model/finding.ts';
import type { ProjectFacts } from '../project/reach-facts.ts';
import { FAST_ONLY, type RegexpChecks } from '../regexps/checks.ts';
import type { Node } from './ast.ts';
import { walk } from './ast.ts';
import type { Bindings } from './bindings.ts';
import { createBindings, nameTable } from './bindings.ts';
import type { FileKind } from './file-kind.ts';
import { fileKind } from './file-kind.ts';
import { groupNodes, joinGroups, type NodeGroups } from './node-groups.ts';
import type { ParsedSource } from './parse.ts';
import type { Reach } from './reach.ts';
import { callGraph, createReach, type CallGraph } from './reach.ts';
import { survivesRejections } from './unhandled.ts';

/** What a file tells by itself: the same for rules and for the project's index. */
export interface Reading extends NodeGroups {
  source: ParsedSource;
  /** All nodes, in source order. */
  nodes: readonly Node[];
  /** As findings name it. */
  file: string;
  kind: FileKind;
  bindings: Bindings;
  graph: CallGraph;
}

/** What rules share about one parsed file. */
export interface Analysis extends Reading {
  reach: Reach;
  /** What the project's other files tell about this one; undefined where the file stands alone. */
  project: ProjectFacts | undefined;
  /** The program goes on when nobody handles a rejection: this file or another one listens to that. */
  survivesRejections: boolean;
  /** What is known of its regular expressions. */
  regexps: RegexpChecks;
  /** What a rule knows beyond ESLint's message, by {@link detailKey}. */
  details: Map<string, Detail & { function?: string; fixTitle?: string }>;
  /** Makes a value for all rules together: the first who asks pays. */
  once<T>(key: string, make: () => T): T;
}

/** The parts of a finding that ESLint's messages have no room for. */
export type Detail = Pick<Finding, 'confidence'> &
  Partial<Pick<Finding, 'chain' | 'cause' | 'related' | 'regexp'>>;

/** Reads a parsed file and links its nodes to their parents. */
export function readParsed(source: ParsedSource, file: string): Reading {
  const nodes = source.nodes ?? linkedNodes(source);
  const bindings = createBindings(source.names ?? nameTable(source.scopeManager));
  const groups = source.groups ? joinGroups(source.groups) : groupNodes(nodes);
  return {
    ...groups,
    source,
    nodes,
    file,
    kind: fileKind(source, bindings, file),
    bindings,
    graph: callGraph(groups, source.visitorKeys, bindings, file),
  };
}

/** Adds what others know to what a file tells by itself. */
export function analyze(
  reading: Reading,
  project?: ProjectFacts,
  regexps: RegexpChecks = FAST_ONLY,
): Analysis {
  const made = new Map<string, unknown>();
  return {
    ...reading,
    kind: project?.forPages && reading.kind === 'program' ? 'browser' : reading.kind,
    reach: createReach(reading, project),
    project,
    survivesRejections: project?.survives === true || survivesRejections(reading),
    regexps,
    details: new Map(),
    once: <T>(key: string, make: () => T): T => {
      if (!made.has(key)) made.set(key, make());
      return made.get(key) as T;
    },
  };
}

/** The analysis of the file that a rule looks at: made once for all rules. */
export function analysisOf(context: Readonly<TSESLint.RuleContext<string, readonly unknown[]>>): Analysis {
  const code = context.sourceCode;
  const known = analyses.get(code.ast);
  if (known) return known;
  const own = (context.settings as { looplens?: { file?: unknown; project?: ProjectFacts } }).looplens;
  const named = own?.file;
  const { ast, scopeManager, visitorKeys, text } = code;
  const file = typeof named === 'string' ? named : context.filename;
  const made = analyze(readParsed({ ast, scopeManager, visitorKeys, text }, file), own?.project);
  analyses.set(code.ast, made);
  return made;
}

/** Rules that look at this tree get this analysis. */
export function useAnalysis(ast: TSESTree.Program, analysis: Analysis): void {
  analyses.set(ast, analysis);
}

/** Identifies a message: one rule reports a place once. */
export const detailKey = (rule: string, line: number, column: number): string => `${rule}:${line}:${column}`;

/** A memo, not state: the value depends on its key alone and goes away with it. */
const analyses = new WeakMap<object, Analysis>();

/** Links nodes to their parents. */
function linkedNodes(source: ParsedSource): Node[] {
  const nodes: Node[] = [];
  walk(source.ast, source.visitorKeys, (node) => {
    nodes.push(node);
    linkChildren(node, source);
    return undefined;
  });
  return nodes;
}

function linkChildren(node: Node, source: ParsedSource): void {
  for (const key of source.visitorKeys[node.type] ?? []) {
    const value = (node as unknown as Record<string, unknown>)[key];
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof child === 'object' && child !== null && 'type' in child)
        (child as { parent?: Node }).parent = node;
    }
  }
}
