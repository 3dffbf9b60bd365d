import type { TSESTree } from '@typescript-eslint/utils';
import { visitorKeys } from '@typescript-eslint/visitor-keys';
import type { Node } from '../source/ast.ts';
import { parsePart, scopesOf } from '../source/fast-parse.ts';
import { sourceType, type Tree } from '../source/parse.ts';
import { joinNames, type JoinedNames } from './joined-names.ts';
import { movePlaces, movePosition, placesOf, type Move, type Places } from './move.ts';
import { endsForCertain, piecesOf, type Piece } from './pieces.ts';

/**
 * A file's tree that follows what is typed: only the statements of the program that an edit touches are parsed, the
 * others keep their nodes, which move. What comes out is what parsing the whole text gives, or nothing.
 */
export interface LiveTree {
  /**
   * The tree of the next text; the tree of the one before is part of it and no longer true. Undefined where the whole
   * has to be parsed; nothing has changed then.
   */
  follow(text: string): Tree | undefined;
}

/** A tree as it was parsed, and whether it can follow. @param tree of which this is the owner from now on */
export function createLiveTree(tree: Tree, text: string, file: string): LiveTree | undefined {
  return tree.nodes ? new Following(tree.ast, tree.nodes, text, file) : undefined;
}

/** More statements than this are not parsed on the chance that a doubt about their ends goes away. */
const MAX_EXTENSION = 50;

class Following implements LiveTree {
  readonly #ast: TSESTree.Program;
  readonly #file: string;
  readonly #pieces: Piece[];
  readonly #places = new WeakMap<Piece, Places>();
  #text: string;
  /** Made with the first edit; undefined where names have to be found in the whole file each time. */
  #names: JoinedNames | 'not yet' | undefined;

  constructor(ast: TSESTree.Program, nodes: readonly Node[], text: string, file: string) {
    this.#ast = ast;
    this.#file = file;
    this.#text = text;
    this.#pieces = piecesOf(ast, nodes);
    // The scopes of a script resolve names in another way.
    this.#names = sourceType(file) === 'module' ? 'not yet' : undefined;
  }

  follow(text: string): Tree | undefined {
    const edit = editBetween(this.#text, text);
    const span = this.#spanOf(edit);
    for (let tries = 0; tries < 4; tries++, span.to++) {
      if (span.to >= this.#pieces.length) break;
      const made = this.#parse(text, span, edit);
      if (made === 'failed') return undefined;
      if (made === 'wider') continue;
      this.#take(span, made, text, edit);
      return this.#tree();
    }
    return undefined;
  }

  /** The pieces that an edit touches. */
  #spanOf({ start, oldEnd }: Edit): Span {
    let from = 0;
    while (from < this.#pieces.length - 1 && this.#endOf(from) < start) from++;
    let to = from;
    while (to < this.#pieces.length - 1 && this.#endOf(to) <= oldEnd) to++;
    return { from, to };
  }

  /** Where a piece ends in the text as it was. */
  #endOf(number: number): number {
    return this.#pieces[number]?.statement?.range[1] ?? this.#text.length;
  }

  #parse(text: string, span: Span, edit: Edit): Parsed | 'failed' | 'wider' {
    const by = edit.newEnd - edit.oldEnd;
    const pieces = this.#pieces;
    for (let tries = 0; ; tries++) {
      const { from, to } = span;
      const last = pieces[to]!;
      const start = from === 0 ? 0 : this.#endOf(from - 1);
      const end = this.#endOf(to) + by;
      const at = from === 0 ? undefined : pieces[from - 1]!.statement!.loc.end;
      let parsed: Parsed;
      try {
        parsed = parsePart(text.slice(start, end), this.#file, {
          strict: from > 0 && isStrict(this.#ast),
          ...(at ? { at: { offset: start, line: at.line, column: at.column } } : {}),
        });
      } catch {
        return 'failed';
      }
      const { body } = parsed.ast;
      const follower = pieces[to + 1]?.statement;
      const next = follower ? follower.range[0] + by : undefined;
      const before = from === 0 ? undefined : pieces[from - 1]!.statement!;
      if (before && !endsForCertain(before, body[0]?.range[0] ?? next, text)) {
        if (tries === MAX_EXTENSION) return 'failed';
        span.from--;
        continue;
      }
      const touched = pieces.slice(from, to + 1).flatMap(({ statement }) => statement ?? []);
      if ([...touched, ...body].some(isDirective) || (from > 0 && text.startsWith('#!', start)))
        return 'failed';
      if (!last.statement) return parsed;
      const ending = body.at(-1);
      if (ending?.range[1] !== end) return 'wider';
      return endsForCertain(ending, next, text) ||
        (to > from && isUntouched(last.statement, edit) && ending.range[0] === last.statement.range[0] + by)
        ? parsed
        : 'wider';
    }
  }

  #take({ from, to }: Span, parsed: Parsed, text: string, edit: Edit): void {
    const ast = this.#ast;
    const pieces = this.#pieces;
    const reachesEnd = to === pieces.length - 1;
    const come = piecesOf(parsed.ast, parsed.nodes);
    const rest = come.pop()!;
    if (reachesEnd) come.push(rest);
    const oldEnd = pieces[to]!.statement?.loc.end;
    const newEnd = parsed.ast.body.at(-1)?.loc.end;
    const move: Move = {
      offset: edit.newEnd - edit.oldEnd,
      line: oldEnd?.line ?? 0,
      lines: (newEnd?.line ?? 0) - (oldEnd?.line ?? 0),
      columns: (newEnd?.column ?? 0) - (oldEnd?.column ?? 0),
    };
    const gone = pieces.splice(from, to - from + 1, ...come);
    for (const piece of pieces.slice(from + come.length)) this.#move(piece, move);
    for (const { statement } of come) if (statement) statement.parent = ast;
    ast.body = pieces.flatMap(({ statement }) => statement ?? []);
    ast.comments = pieces.flatMap(({ comments }) => comments);
    ast.range[1] = text.length;
    if (reachesEnd) ast.loc.end = parsed.ast.loc.end;
    else movePosition(ast.loc.end, move);
    this.#text = text;
    this.#join(from, gone, come);
  }

  #move(piece: Piece, move: Move): void {
    const known = this.#places.get(piece) ?? placesOf(piece);
    this.#places.set(piece, known);
    movePlaces(known, move);
  }

  #join(at: number, gone: readonly Piece[], come: readonly Piece[]): void {
    if (this.#names === undefined) return;
    if ((this.#names === 'not yet' ? this.#pieces : come).some(hasElements)) {
      // The first element of a file is a use of React, wherever it stands.
      this.#names = undefined;
    } else if (this.#names === 'not yet') {
      const names = joinNames(this.#ast);
      this.#names = names.replace(0, [], this.#pieces) ? names : undefined;
    } else if (!this.#names.replace(at, gone, come)) this.#names = undefined;
  }

  #tree(): Tree {
    const ast = this.#ast;
    const nodes = ([ast] as Node[]).concat(...this.#pieces.map((piece) => piece.nodes));
    const names = this.#names === 'not yet' ? undefined : this.#names;
    return {
      ast,
      nodes,
      groups: this.#pieces.map(({ groups }) => groups),
      visitorKeys,
      scopeManager: names?.scopes ?? scopesOf(ast, sourceType(this.#file)),
      ...(names ? { names: names.table } : {}),
    };
  }
}

type Parsed = ReturnType<typeof parsePart>;

/** Numbers of pieces; both belong to it. */
interface Span {
  from: number;
  to: number;
}

/** What lies between the offsets was replaced. */
interface Edit {
  start: number;
  oldEnd: number;
  newEnd: number;
}

/** The stretch outside of which two texts are the same. */
function editBetween(before: string, after: string): Edit {
  const shorter = Math.min(before.length, after.length);
  const start = longest(shorter, (length) => before.slice(0, length) === after.slice(0, length));
  const same = longest(
    shorter - start,
    (length) => before.slice(before.length - length) === after.slice(after.length - length),
  );
  return { start, oldEnd: before.length - same, newEnd: after.length - same };
}

/** The greatest length up to `most` that passes; all shorter ones pass, too. */
function longest(most: number, passes: (length: number) => boolean): number {
  let [sure, open] = [0, most];
  while (sure < open) {
    const middle = Math.ceil((sure + open) / 2);
    if (passes(middle)) sure = middle;
    else open = middle - 1;
  }
  return sure;
}

const hasElements = ({ nodes }: Piece): boolean => nodes.some(({ type }) => type.startsWith('JSX'));

const isUntouched = ({ range }: Node, { oldEnd }: Edit): boolean => range[0] > oldEnd;

const isDirective = (statement: Node): boolean =>
  statement.type === 'ExpressionStatement' && statement.directive !== undefined;

function isStrict({ body }: TSESTree.Program): boolean {
  return body.some((one) => one.type === 'ExpressionStatement' && one.directive === 'use strict');
}
