import type { TSESTree } from '@typescript-eslint/utils';
import type { Node } from '../source/ast.ts';
import { groupNodes, type NodeGroups } from '../source/node-groups.ts';

/**
 * A statement of a program with what stands before it; the last piece is what follows the last statement.
 *
 * ```
 *   import a from 'a';        piece 0
 *   // Says so.        ┐
 *   function f() {}    ┘      piece 1
 *   // The end.               piece 2
 * ```
 */
export interface Piece {
  statement: TSESTree.ProgramStatement | undefined;
  /** Of the statement and below, in source order. */
  nodes: readonly Node[];
  groups: NodeGroups;
  comments: TSESTree.Comment[];
}

/** Cuts a program where its statements end. @param nodes all of its nodes in source order, the program first */
export function piecesOf({ body, comments = [] }: TSESTree.Program, nodes: readonly Node[]): Piece[] {
  const pieces: Piece[] = [];
  let comment = 0;
  let node = 1;
  for (const [number, statement] of body.entries()) {
    const firstComment = comment;
    while (comment < comments.length && comments[comment]!.range[0] < statement.range[1]) comment++;
    const firstNode = node;
    const next = body[number + 1];
    while (node < nodes.length && nodes[node] !== next) node++;
    const own = nodes.slice(firstNode, node);
    pieces.push({
      statement,
      nodes: own,
      groups: groupNodes(own),
      comments: comments.slice(firstComment, comment),
    });
  }
  pieces.push({ statement: undefined, nodes: [], groups: groupNodes([]), comments: comments.slice(comment) });
  return pieces;
}

/**
 * True when a statement ends where it does whatever becomes of the code behind its follower's first word: by `;`, by
 * the brace of a block, or by the end of a line before a word that continues nothing. False means: not for certain.
 * @param next the offset at which the next statement begins; undefined at the end of the text
 */
export function endsForCertain(statement: Node, next: number | undefined, text: string): boolean {
  if (next === undefined) return true;
  const [, end] = statement.range;
  if (text[end - 1] === ';' || endsWithBlock(statement)) return true;
  if (!/[\n\r]/.test(text.slice(end, next)) || endsWithName(statement)) return false;
  const word = WORD.exec(text.slice(next, next + 40))?.[0];
  return word !== undefined && !CONTINUES.has(word);
}

const WORD = /^[A-Za-z_$][\w$]*(?![\w$\\\u0080-\uffff])/;

/** Words that may go on with what stands on the line before. */
const CONTINUES: ReadonlySet<string> = new Set(
  'in instanceof as satisfies of is with assert from implements extends else while catch finally'.split(' '),
);

/** `let` and `type` at the end of a line may belong to the next one. */
function endsWithName(statement: Node): boolean {
  if (statement.type === 'ExpressionStatement') return statement.expression.type === 'Identifier';
  return statement.type === 'ExportDefaultDeclaration' && statement.declaration.type === 'Identifier';
}

/** Its last character closes a block of statements or members, which no operator can follow. */
function endsWithBlock(statement: Node): boolean {
  switch (statement.type) {
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
    case 'BlockStatement':
    case 'SwitchStatement':
    case 'TryStatement':
    case 'TSInterfaceDeclaration':
    case 'TSEnumDeclaration':
      return true;
    case 'ExportNamedDeclaration':
      return statement.declaration ? endsWithBlock(statement.declaration) : false;
    case 'ExportDefaultDeclaration':
      return endsWithBlock(statement.declaration);
    case 'IfStatement':
      // `else` cannot begin a statement, so none follows.
      return endsWithBlock(statement.alternate ?? statement.consequent);
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'WhileStatement':
    case 'LabeledStatement':
      return endsWithBlock(statement.body);
    default:
      return false;
  }
}
