import fc from 'fast-check';
import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { attackText, type Attack } from '../../../src/lint/regexps/attack-text.ts';

const madeBy = ({ pumps, suffix, base }: Attack): string =>
  pumps.map(({ prefix, pump, bias }) => prefix + pump.repeat(Math.max(0, base + bias))).join('') + suffix;

describe('the text of an attack', () => {
  it.each<[string, Attack]>([
    [`'a'.repeat(40) + '!'`, { pumps: [{ prefix: '', pump: 'a', bias: 0 }], suffix: '!', base: 40 }],
    [`'a'.repeat(32) + '\\x00'`, { pumps: [{ prefix: 'a', pump: 'a', bias: 0 }], suffix: '\0', base: 31 }],
    [
      `'<' + '\\n'.repeat(7) + '\\'' + 'ab'.repeat(9)`,
      {
        pumps: [
          { prefix: '<', pump: '\n', bias: 2 },
          { prefix: "'", pump: 'ab', bias: 4 },
        ],
        suffix: '',
        base: 5,
      },
    ],
    [`''`, { pumps: [], suffix: '', base: 0 }],
  ])('is %s', (text, attack) => expect(attackText(attack)).toBe(text));

  it('is JavaScript in printable ASCII that makes the attack, whatever is in it', () => {
    const part = fc.string({ unit: 'binary', maxLength: 4 });
    const attacks = fc.record({
      pumps: fc.array(fc.record({ prefix: part, pump: part, bias: fc.integer({ min: -2, max: 2 }) }), {
        maxLength: 3,
      }),
      suffix: part,
      base: fc.integer({ min: 0, max: 4 }),
    });
    fc.assert(
      fc.property(attacks, (attack) => {
        const text = attackText(attack);
        expect(text).toMatch(/^[\x20-\x7e]*$/);
        expect(vm.runInNewContext(text)).toBe(madeBy(attack));
      }),
    );
  });
});
