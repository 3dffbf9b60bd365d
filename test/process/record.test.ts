import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { EVENT_WORDS, Op } from '../../src/model/event.ts';
import type { RecordingReader } from '../../src/recording/contract.ts';
import { openRecording } from '../../src/recording/read.ts';
import { record } from '../../src/session/record.ts';
import type { RecordResult } from '../../src/session/contract.ts';
import { VERSIONS } from '../setup/nodes.mjs';
import { lineOf, startProgram } from './program.ts';
import type { RunningProgram } from './program.ts';

vi.stubGlobal('LOOPLENS_VERSION', '0.0.0-test');

const FILE = 'problems.cjs';
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-test-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const until = async (done: () => boolean): Promise<void> => {
  while (!done()) await wait(20);
};

describe.each(Object.keys(VERSIONS).map(Number))('recording a running server on Node %i', (major) => {
  let program: RunningProgram;
  let before: unknown;
  let after: unknown;
  let result: RecordResult;
  let reader: RecordingReader;
  const progress: string[] = [];

  beforeAll(async () => {
    // A port of its own: 9229 may be anybody's on this machine.
    program = await startProgram(major, FILE, ['--inspect-port=0', '--expose-internals']);
    const get = (route: string) => fetch(program.url + route, { signal: AbortSignal.timeout(5000) });
    await get('/ok');
    before = await (await get('/trace-of-us')).json();
    const out = path.join(folder, `${major}.looplens`);
    const recording = record(
      { kind: 'pid', pid: program.pid },
      {
        out,
        durationMs: 3500,
        onProgress: (now) => progress.push(now.phase),
      },
    );
    await Promise.race([recording, until(() => progress.includes('recording'))]);
    for (let round = 0; round < 8; round++) {
      void get('/stuck').catch(() => undefined);
      await Promise.all(['/hash', '/spin', '/wait', '/wait', '/reject', '/ok'].map(get));
    }
    result = await recording;
    reader = openRecording(out);
    await wait(200);
    after = await (await get('/trace-of-us')).json();
  });
  afterAll(() => program.end());

  const count = (op: Op): number => {
    let sum = 0;
    for (const { words } of reader.events()) {
      for (let at = 0; at < words.length; at += EVENT_WORDS) if ((words[at]! & 0xff) === op) sum++;
    }
    return sum;
  };
  const stacksOf = (op: Op): string[] => {
    const found: string[] = [];
    for (const { words } of reader.events()) {
      for (let at = 0; at < words.length; at += EVENT_WORDS) {
        if ((words[at]! & 0xff) === op) found.push(stackText(words[at + 3]!));
      }
    }
    return found;
  };
  const stackText = (id: number): string =>
    (reader.tables.stacks[id] ?? [])
      .map((frame) => reader.tables.frames[frame]!)
      .map((frame) => `${frame.function ?? ''} ${path.basename(frame.file)}:${frame.line}`)
      .join(' < ');

  test('ends after the time and says what it did', () => {
    expect(result.trailer.ended).toBe('duration');
    expect(result.trailer.dropped).toBe(0);
    expect(result.trailer.problems).toEqual([]);
    expect(result.header).toMatchObject({ transport: 'socket', attachedLate: true, mode: 'flow' });
    expect(result.header.target).toMatchObject({ pid: program.pid, node: `v${VERSIONS[major]}` });
    expect(progress).toContain('finishing');
    expect(reader.problems).toEqual([]);
  });

  test('stores every event that was produced', () => {
    let events = 0;
    for (const { words } of reader.events()) events += words.length / EVENT_WORDS;
    expect(events).toBe(result.trailer.events);
    expect(count(Op.Init)).toBeGreaterThan(100);
    expect(count(Op.Settled)).toBeGreaterThan(20);
    expect(Math.abs(count(Op.Before) - count(Op.After))).toBeLessThanOrEqual(1);
  });

  test('follows requests with their labels', () => {
    expect(count(Op.RequestStart)).toBeGreaterThanOrEqual(56);
    expect(count(Op.RequestStart) - count(Op.RequestEnd)).toBe(8);
    expect(reader.tables.labels).toEqual(expect.arrayContaining(['GET /hash', 'GET /spin', 'GET /stuck']));
  });

  test('reads the exact line of awaits while they wait', () => {
    const inner = `waiting ${FILE}:${lineOf(FILE, 'await pause(30)')}`;
    const outer = `handler ${FILE}:${lineOf(FILE, 'await waiting()')}`;
    expect(stacksOf(Op.WaitSample)).toContain(`${inner} < ${outer}`);
  });

  test('keeps the promises that are still pending at the end', () => {
    const line = lineOf(FILE, 'stuck.push(resolve)');
    const lasting = stacksOf(Op.Pending).filter((stack) => stack === `handler ${FILE}:${line}`);
    expect(lasting.length).toBeGreaterThanOrEqual(1);
  });

  test('takes stacks of the blocked loop while it is blocked', () => {
    const stalls = reader.stalls.map((stall) => stackText(stall.stack));
    const line = lineOf(FILE, 'Date.now() < end');
    expect(stalls.some((stack) => stack.startsWith(`spin ${FILE}:${line} < handler ${FILE}`))).toBe(true);
  });

  test('has a CPU profile on the same clock', () => {
    const [profile] = reader.profiles;
    const { durationUs } = result.trailer;
    expect(profile!.startUs).toBeGreaterThanOrEqual(-1_000_000);
    expect(profile!.endUs).toBeLessThan(durationUs + 2_000_000);
    const spin = profile!.nodes.filter((node) => reader.tables.frames[node.frame]?.function === 'spin');
    const lines = spin.flatMap((node) => node.ticks.map((tick) => tick.line));
    expect(lines).toContain(lineOf(FILE, 'Date.now() < end'));
  });

  test('sees rejections that nobody handles', () => {
    expect(reader.rejections).toHaveLength(8);
    expect(reader.rejections[0]).toMatchObject({ reason: 'Error: nobody handles this', fatal: false });
    expect(stackText(reader.rejections[0]!.stack)).toContain(
      `${FILE}:${lineOf(FILE, 'nobody handles this')}`,
    );
  });

  test('leaves nothing behind, and the inspector closed', () => {
    expect(after).toEqual(before);
    expect((after as { inspector: unknown }).inspector).toBeNull();
  });
});
