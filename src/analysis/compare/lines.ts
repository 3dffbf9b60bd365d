import type { ComparedLine, CostUnit } from '../../model/comparison.ts';
import { compareRatios } from './bootstrap.ts';
import type { Run, RunLine } from './run.ts';

/** Functions that took less than this share of the time in both recordings are left out. */
const LEAST_SHARE = 0.01;
/** Pieces without which nothing can be said. */
const ENOUGH_PIECES = 8;
const EFFECT = { relative: 0.25, absolute: 0.02 };

/** The user's own functions whose running time changed, the largest change first. */
export function compareLines(base: Run, head: Run): ComparedLine[] {
  const pieces = Math.min(base.requestsByPiece.length, head.requestsByPiece.length);
  if (pieces < ENOUGH_PIECES) return [];
  const per: CostUnit = [base, head].every((run) => total(run.requestsByPiece) > 0) ? 'request' : 'second';
  const before = byKey(base);
  const after = byKey(head);
  const compared: ComparedLine[] = [];
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const lines = { base: before.get(key), head: after.get(key) };
    const loopShare = { base: shareOf(base, lines.base), head: shareOf(head, lines.head) };
    if (Math.max(loopShare.base, loopShare.head) < LEAST_SHARE) continue;
    const selfMs = compareRatios(piecesOf(base, lines.base, per), piecesOf(head, lines.head, per), EFFECT);
    if (selfMs.change === 'no-difference') continue;
    const { location } = (lines.head ?? lines.base)!;
    compared.push({ change: selfMs.change, location, selfMs, per, loopShare });
  }
  return compared.sort(
    (a, b) => Math.abs(b.selfMs.head - b.selfMs.base) - Math.abs(a.selfMs.head - a.selfMs.base),
  );
}

/** Functions by file and name; those of one name in one file count as one. */
function byKey({ lines, cwd }: Run): Map<string, RunLine> {
  const known = new Map<string, RunLine>();
  for (const line of lines) {
    const { file, function: name = '' } = line.location;
    const key = `${file.startsWith(cwd) ? file.slice(cwd.length) : file}\n${name}`;
    const same = known.get(key);
    const selfMsByPiece = same
      ? line.selfMsByPiece.map((ms, i) => ms + (same.selfMsByPiece[i] ?? 0))
      : line.selfMsByPiece;
    known.set(key, { location: same?.location ?? line.location, selfMsByPiece });
  }
  return known;
}

function piecesOf(
  run: Run,
  line: RunLine | undefined,
  per: CostUnit,
): { of: readonly number[]; over: readonly number[] } {
  const over = per === 'request' ? run.requestsByPiece : run.requestsByPiece.map(() => run.pieceMs / 1000);
  return { of: line?.selfMsByPiece ?? over.map(() => 0), over };
}

function shareOf(run: Run, line: RunLine | undefined): number {
  return line ? total(line.selfMsByPiece) / (run.pieceMs * run.requestsByPiece.length) : 0;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
