import { describe, expect, it } from 'vitest';
import { lineEdit, LineShift, type Lines, placeOf } from '../../../src/extension/findings/place.ts';
import { finding } from './findings.ts';

const still = (line: number): number => line;
const at3 = (lineText?: string) => finding({ location: { file: '/a.js', line: 3, column: 1 }, lineText });

describe('placeOf', () => {
  it('believes the number when the line is as it was, however it is indented now', () => {
    expect(placeOf(at3('readFileSync(a);'), lines('a', 'b', '    readFileSync(a);'), still)).toEqual({
      line: 3,
      stale: false,
    });
  });

  it('follows the line to the only place with the same text', () => {
    expect(placeOf(at3('readFileSync(a);'), lines('readFileSync(a);', 'b', 'c'), still)).toEqual({
      line: 1,
      stale: false,
    });
  });

  it('is stale when the line is gone', () => {
    expect(placeOf(at3('readFileSync(a);'), lines('a', 'b', 'await readFile(a);'), still)).toEqual({
      line: 3,
      stale: true,
    });
  });

  it('is stale rather than wrong when two lines could be it', () => {
    const text = lines('readFileSync(a);', 'readFileSync(a);', 'c');
    expect(placeOf(at3('readFileSync(a);'), text, still)).toEqual({ line: 3, stale: true });
  });

  it('does not take a short line for another', () => {
    expect(placeOf(at3('}'), lines('}', 'b', 'c'), still).stale).toBe(true);
  });

  it('stays inside a file that became shorter', () => {
    expect(placeOf(at3(), lines('a'), still)).toEqual({ line: 1, stale: false });
  });
});

describe('LineShift', () => {
  it('follows lines inserted and removed above, and ignores those below', () => {
    const shift = new LineShift();
    shift.add(lineEdit({ line: 0, character: 0 }, { line: 0, character: 0 }, '// one\n// two\n'));
    shift.add(lineEdit({ line: 9, character: 0 }, { line: 9, character: 0 }, 'below\n'));
    expect(shift.moved(3)).toBe(5);
    shift.add(lineEdit({ line: 0, character: 0 }, { line: 1, character: 0 }, ''));
    expect(shift.moved(3)).toBe(4);
  });

  it('moves a line whole when a break is inserted at its start', () => {
    const shift = new LineShift();
    shift.add(lineEdit({ line: 2, character: 0 }, { line: 2, character: 0 }, '\n'));
    expect(shift.moved(3)).toBe(4);
    expect(shift.moved(2)).toBe(2);
  });

  it('keeps a line inside a rewritten block inside it', () => {
    const shift = new LineShift();
    shift.add(lineEdit({ line: 0, character: 0 }, { line: 5, character: 2 }, 'one line'));
    expect(shift.moved(3)).toBe(1);
    expect(shift.moved(7)).toBe(2);
  });
});

function lines(...text: string[]): Lines {
  return { count: text.length, text: (line) => text[line - 1]! };
}
