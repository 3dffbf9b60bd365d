import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EVENT_WORDS, Op } from '../../../src/model/event.ts';
import { decodeEvents, encodeEvents } from '../../../src/recording/event-columns.ts';

const word = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.constantFrom(0, -1, 1, 127, 128, -(2 ** 31)),
);
const event = fc.tuple(fc.oneof(word, fc.constantFrom(...Object.values(Op))), word, word, word);
const batch = fc.array(event, { maxLength: 200 }).map((events) => Int32Array.from(events.flat()));

test('any words survive the round trip', () => {
  fc.assert(
    fc.property(batch, (words) => {
      expect(decodeEvents(encodeEvents(words))).toEqual(words);
    }),
  );
});

test('bytes that no encoder made give events or nothing, and never more than they can hold', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const words = decodeEvents(bytes);
      expect((words?.length ?? 0) / EVENT_WORDS).toBeLessThanOrEqual(bytes.length / EVENT_WORDS);
    }),
  );
});

test('a changed byte or a missing end never makes the decoder throw', () => {
  fc.assert(
    fc.property(batch, fc.nat(), fc.nat(255), fc.nat(), (words, at, value, cut) => {
      const bytes = Uint8Array.from(encodeEvents(words));
      bytes[at % bytes.length] = value;
      decodeEvents(bytes);
      expect(decodeEvents(encodeEvents(words).subarray(0, -1 - (cut % 8)))).toBeUndefined();
    }),
  );
});

test('the columns of one server request are a quarter of its words', () => {
  const words: number[] = [];
  for (let turn = 0; turn < 1000; turn++) {
    const id = 1001 + 2 * turn;
    const time = 50 * turn;
    words.push(Op.Init | (1 << 8), id, id - 2, id - 4, Op.Before, id - 2, time, 0);
    words.push(Op.Settled, id - 2, time, id - 2, Op.After, id - 2, time + 10, 0);
  }
  expect(encodeEvents(Int32Array.from(words)).length).toBeLessThanOrEqual((words.length * 4) / 3);
});
