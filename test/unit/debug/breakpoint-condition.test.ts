import { expect, test } from 'vitest';
import { compileTerms } from '../../../src/debug/breakpoint-condition.ts';

/** Runs compiled terms as V8 would, with a support that counts as the one in the process does. */
function run(expression: string, scope: Record<string, unknown>): { stops: unknown; said: unknown[] } {
  const said: unknown[] = [];
  const key = Symbol.for('looplens.debug');
  const holder = globalThis as unknown as Record<symbol, unknown>;
  holder[key] = {
    hit: (_id: number, operator: string, count: number) => operator === '>=' && 3 >= count,
    log: (_id: number, pieces: unknown[]) => void said.push(pieces),
    failed: (_id: number, error: unknown) => void said.push(String(error)),
  };
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the expression is what is tested
    const stops: unknown = new Function(...Object.keys(scope), `return ${expression}`)(
      ...Object.values(scope),
    );
    return { stops, said };
  } finally {
    Reflect.deleteProperty(holder, key);
  }
}

test('nothing to decide is no expression', () => {
  expect(compileTerms({ id: 1, condition: ' ', hitCondition: '' })).toBeUndefined();
});

test('a condition may end with a comment, and one that throws does not stop', () => {
  expect(run(compileTerms({ id: 1, condition: 'n > 1 // often' })!, { n: 2 }).stops).toBe(true);
  expect(run(compileTerms({ id: 1, condition: 'missing.x' })!, {})).toEqual({
    stops: false,
    said: ['ReferenceError: missing is not defined'],
  });
});

test('hits count only when the condition holds', () => {
  const terms = compileTerms({ id: 1, condition: 'ok', hitCondition: '>= 3' })!;
  expect(run(terms, { ok: true }).stops).toBe(true);
  expect(run(terms, { ok: false }).stops).toBe(false);
  expect(() => compileTerms({ id: 1, hitCondition: 'often' })).toThrow(
    'The hit count "often" cannot be read.',
  );
});

test('a log point says text and values, with objects and lonely braces, and does not stop', () => {
  const terms = compileTerms({ id: 1, logMessage: 'a {({ n }).n} b {bad.x} } {' })!;
  expect(run(terms, { n: 5 })).toEqual({
    stops: false,
    said: [['a ', 5, ' b ', 'ReferenceError: bad is not defined', ' } {']],
  });
});
