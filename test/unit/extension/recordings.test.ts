import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Recordings } from '../../../src/extension/recordings/recordings.ts';

describe('Recordings', () => {
  let folder: string;
  beforeEach(() => {
    folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-')), 'recordings');
  });
  afterEach(() => fs.rmSync(path.dirname(folder), { recursive: true }));

  it('is empty before the first', async () => {
    expect(await new Recordings(folder).list()).toEqual([]);
  });

  it('names files after the program and the time, with what every file system takes', async () => {
    const now = new Date('2026-11-23T10:20:30Z');
    const recordings = new Recordings(folder);
    expect(path.basename(await recordings.fresh('server.js', now))).toBe('server-2026-11-23-102030.looplens');
    expect(path.basename(await recordings.fresh('node -e "a/b:c"', now))).toBe(
      'node--e-a-b-c-2026-11-23-102030.looplens',
    );
    expect(path.basename(await recordings.fresh('../..', now))).toBe('node-2026-11-23-102030.looplens');
  });

  it('keeps the newest twenty, the new one included', async () => {
    fs.mkdirSync(folder, { recursive: true });
    for (let i = 0; i < 25; i++) {
      const file = path.join(folder, `r${i}.looplens`);
      fs.writeFileSync(file, 'x');
      fs.utimesSync(file, i, i);
    }
    fs.writeFileSync(path.join(folder, 'notes.txt'), 'not ours');
    const recordings = new Recordings(folder);
    fs.writeFileSync(await recordings.fresh('new'), 'x');
    const left = await recordings.list();
    expect(left).toHaveLength(20);
    expect(path.basename(left[1]!.file)).toBe('r24.looplens');
    expect(path.basename(left[19]!.file)).toBe('r6.looplens');
    expect(fs.existsSync(path.join(folder, 'notes.txt'))).toBe(true);
  });
});
