import type { TSESTree } from '@typescript-eslint/utils';
import type { Piece } from './pieces.ts';

type Position = TSESTree.Position;
type Range = TSESTree.Range;

/** How far the code behind an edit moves. */
export interface Move {
  /** Characters. */
  offset: number;
  lines: number;
  /** Of what begins on this line, before the move: the line on which the edit ends. */
  line: number;
  columns: number;
}

/** All places of a piece, each once: the parser shares some between nodes. */
export interface Places {
  ranges: Range[];
  positions: Position[];
}

export function placesOf({ nodes, comments }: Pick<Piece, 'nodes' | 'comments'>): Places {
  const ranges = new Set<Range>();
  const positions = new Set<Position>();
  for (const list of [nodes, comments]) {
    for (const { range, loc } of list) {
      ranges.add(range);
      positions.add(loc.start).add(loc.end);
    }
  }
  return { ranges: [...ranges], positions: [...positions] };
}

/** Moves what lies behind an edit. What the parser notes beside `range` and `loc` stays: nobody reads it. */
export function movePlaces({ ranges, positions }: Places, move: Move): void {
  const { offset, lines, columns } = move;
  if (offset !== 0) {
    for (const range of ranges) {
      range[0] += offset;
      range[1] += offset;
    }
  }
  if (lines === 0 && columns === 0) return;
  for (const position of positions) movePosition(position, move);
}

export function movePosition(position: Position, { line, lines, columns }: Move): void {
  if (position.line === line) position.column += columns;
  position.line += lines;
}
