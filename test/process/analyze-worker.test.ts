import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UserError } from '../../src/base/user-error.ts';
import { analyzeInWorker } from '../../src/session/analyze-client.ts';
import { analyzeFile } from '../../src/session/analyze.ts';
import { fillWithSample, written } from '../unit/recording/sample.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-worker-'));
const file = path.join(folder, 'a.looplens');

beforeAll(() => written(fillWithSample, file));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

test('the worker gives the answer that the job gives', async () => {
  const messages: string[] = [];
  const log = { debug: (message: string) => messages.push(message), info: () => 0, warn: () => 0 };
  expect(await analyzeInWorker(file, { log })).toEqual(await analyzeFile(file, {}));
  expect(messages).toEqual(['0 source files read']);
});

test('its errors keep their code and advice', async () => {
  const missing = await analyzeInWorker(path.join(folder, 'missing.looplens'), {}).catch(
    (error: unknown) => error,
  );
  expect(missing).toBeInstanceOf(UserError);
  expect(missing).toMatchObject({ code: 'usage', next: 'Check the path.' });
});

test('aborting ends it with the reason', async () => {
  const reason = new Error('enough');
  const stop = new AbortController();
  const answer = analyzeInWorker(file, { signal: stop.signal });
  stop.abort(reason);
  await expect(answer).rejects.toBe(reason);
});
