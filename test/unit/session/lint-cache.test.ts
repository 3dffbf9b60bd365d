import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCache } from '../../../src/session/lint/cache.ts';
import { isSettled, stampOf, type Stamp } from '../../../src/session/lint/stamps.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-cache-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const OLD: Stamp = [10, 1000, 2000, 7];
const found = { file: '/a.js', asked: false };
const asked = { file: '/a.js', asked: true };

describe('hashes by stamps', () => {
  it.each<[string, Stamp]>([
    ['size', [11, 1000, 2000, 7]],
    ['time of writing', [10, 1001, 2000, 7]],
    ['time of any change', [10, 1000, 2001, 7]],
    ['number', [10, 1000, 2000, 8]],
  ])('hold only while the stamp is the same: another %s', (_, other) => {
    const cache = openCache(folder, '1');
    cache.putHash(found, OLD, 'h');
    expect(cache.hash(found, OLD)).toBe('h');
    expect(cache.hash(found, other)).toBeUndefined();
  });

  it('are told apart for files that were asked for: those are never left out', () => {
    const cache = openCache(folder, '1');
    cache.putHash(found, OLD, '');
    expect(cache.hash(asked, OLD)).toBeUndefined();
    cache.putHash(asked, OLD, 'h');
    expect(cache.hash(found, OLD)).toBe('');
  });

  it('are not kept of a file that may be written again within the same tick of its clock', () => {
    const cache = openCache(folder, '1');
    const now = Date.now();
    cache.putHash(found, [10, now, now, 7], 'h');
    expect(cache.hash(found, [10, now, now, 7])).toBeUndefined();
    expect(isSettled([10, now - 3000, now - 3000, 7], now)).toBe(true);
    expect(isSettled([10, now + 9000, 0, 7], now)).toBe(false);
  });

  it('come back from disk, but not those of files that are gone, nor those of another version', async () => {
    const cache = openCache(folder, '1');
    cache.putHash(found, OLD, 'h');
    cache.putHash({ file: '/gone.js', asked: true }, OLD, 'g');
    await cache.save((file) => file !== '/gone.js');
    const again = openCache(folder, '1');
    expect(again.hash(found, OLD)).toBe('h');
    expect(again.hash({ file: '/gone.js', asked: true }, OLD)).toBeUndefined();
    expect(openCache(folder, '2').hash(found, OLD)).toBeUndefined();
  });

  it('see a file of the same size and time of writing', () => {
    const file = path.join(folder, 'a.js');
    fs.writeFileSync(file, 'one');
    fs.utimesSync(file, 1, 1);
    const before = stampOf(file)!;
    fs.rmSync(file);
    fs.writeFileSync(`${file}.other`, '');
    fs.writeFileSync(file, 'two');
    fs.utimesSync(file, 1, 1);
    const after = stampOf(file)!;
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(after).not.toEqual(before);
    expect(stampOf(path.join(folder, 'none.js'))).toBeUndefined();
  });
});
