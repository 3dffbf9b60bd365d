import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFrameReader, toWords } from '../../../src/inspector/collector.ts';

function frame(kind: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(kind, 0);
  head.writeUInt32LE(payload.length, 1);
  return Buffer.concat([head, payload]);
}

describe('the stream of the worker', () => {
  test('gives the same frames however it is cut', () => {
    const frames = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.uint8Array({ maxLength: 50 })), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (sent, cuts) => {
        const stream = Buffer.concat(sent.map(([kind, payload]) => frame(kind, Buffer.from(payload))));
        const got: [number, string][] = [];
        const read = createFrameReader((kind, payload) => got.push([kind, payload.toString('hex')]));
        for (let at = 0, k = 0; at < stream.length; k++) {
          const size = cuts[k % cuts.length]!;
          read(stream.subarray(at, at + size));
          at += size;
        }
        expect(got).toEqual(sent.map(([kind, payload]) => [kind, Buffer.from(payload).toString('hex')]));
      }),
    );
  });

  test('refuses a frame that no worker of ours sends', () => {
    const read = createFrameReader(() => undefined);
    expect(() => read(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toThrow('frame too long');
  });

  test('copies words from any offset', () => {
    const bytes = Buffer.alloc(17);
    bytes.writeInt32LE(-7, 1);
    bytes.writeInt32LE(9, 13);
    expect([...toWords(bytes.subarray(1))]).toEqual([-7, 0, 0, 9]);
  });
});
