import type { Call, FunctionNode, Node, NodeOfType } from './ast.ts';
import { isFunction } from './ast.ts';

/** Nodes of a file, or of a part of it, by what they are; all in source order. */
export interface NodeGroups {
  ofType<Type extends `${Node['type']}`>(type: Type): readonly NodeOfType<Type>[];
  functions: readonly FunctionNode[];
  /** Calls and constructions. */
  calls: readonly Call[];
}

export function groupNodes(nodes: readonly Node[]): NodeGroups {
  const types = new Map<string, Node[]>();
  const functions: FunctionNode[] = [];
  const calls: Call[] = [];
  for (const node of nodes) {
    const known = types.get(node.type);
    if (known) known.push(node);
    else types.set(node.type, [node]);
    if (isFunction(node)) functions.push(node);
    else if (node.type === 'CallExpression' || node.type === 'NewExpression') calls.push(node);
  }
  return { ofType: ((type: string) => types.get(type) ?? []) as NodeGroups['ofType'], functions, calls };
}

/** The groups of a file by those of its parts, in their order. */
export function joinGroups(parts: readonly NodeGroups[]): NodeGroups {
  const types = new Map<string, readonly Node[]>();
  const ofType = (type: Node['type']): readonly Node[] => {
    const known = types.get(type) ?? parts.flatMap((part) => part.ofType(type));
    types.set(type, known);
    return known;
  };
  return {
    ofType: ofType as NodeGroups['ofType'],
    functions: parts.flatMap(({ functions }) => functions),
    calls: parts.flatMap(({ calls }) => calls),
  };
}
