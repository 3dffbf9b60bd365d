// `record --keep --until`: the last seconds are kept in memory, and saved when a trigger fires or the recording ends.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { openRecording } from '../../src/recording/read.ts';
import { analyzeFile } from '../../src/session/analyze.ts';
import type { FlightWishes, RecordOptions } from '../../src/session/contract.ts';
import { record } from '../../src/session/record.ts';
import { nodeBinary } from '../setup/nodes.mjs';
import { lineOf, PROGRAMS } from './program.ts';

vi.stubGlobal('LOOPLENS_VERSION', '0.0.0-test');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-flight-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const FILE = 'blocks-once.cjs';

async function fly(
  name: string,
  major: number,
  afterMs: number,
  flight: FlightWishes,
  more?: Partial<RecordOptions>,
) {
  const out = path.join(folder, `${name}.looplens`);
  const { trailer } = await record(
    {
      kind: 'command',
      command: nodeBinary(major),
      args: [path.join(PROGRAMS, FILE), String(afterMs)],
      cwd: folder,
    },
    { out, durationMs: 60_000, onOutput: () => undefined, flight, ...more },
  );
  return { out, trailer, reader: openRecording(out) };
}

describe.each([20, 24])('a flight recording on Node %i', (major) => {
  test('holds what led to the trigger, and little of what was long before', async () => {
    const flight: FlightWishes = { keepMs: 2000, tailMs: 500, until: [{ kind: 'delay', overMs: 250 }] };
    const { out, trailer, reader } = await fly(`fired-${major}`, major, 6000, flight);
    expect(trailer).toMatchObject({ ended: 'stopped', dropped: 0 });
    const [told] = trailer.problems;
    expect(told).toMatchObject({ code: 'flight-recording' });
    expect(told!.message).toMatch(/the event loop of main .* \d+ ms.*; kept are the [23]\.\d s before/);
    // Of more than six seconds.
    expect(trailer.durationUs).toBeGreaterThan(2_000_000);
    expect(trailer.durationUs).toBeLessThan(5_000_000);
    expect(reader.trailer).toEqual(trailer);
    expect(reader.header.attachedLate).toBe(true);
    expect(reader.problems).toEqual([]);

    const { value, problems } = await analyzeFile(out, {});
    const held = value.findings.find(({ rule }) => rule === 'blocked-loop');
    expect(held?.location).toMatchObject({ line: lineOf(FILE, '// held'), function: 'block' });
    expect(held?.location.file).toContain(FILE);
    expect(problems).toContainEqual(told);
  });
});

test('what is stopped before anything happened says so, and keeps what it has', async () => {
  const stop = new AbortController();
  const flight: FlightWishes = { keepMs: 1000, until: [{ kind: 'delay', overMs: 20_000 }] };
  const { trailer, reader } = await fly('stopped', 24, 50_000, flight, {
    signal: stop.signal,
    onProgress: ({ phase, elapsedMs }) => {
      if (phase === 'recording' && elapsedMs > 3000) stop.abort();
    },
  });
  expect(trailer.ended).toBe('stopped');
  expect(trailer.events).toBeGreaterThan(50);
  expect(trailer.durationUs).toBeLessThan(3_000_000);
  expect(trailer.problems[0]!.message).toMatch(
    /^Flight recording: nothing of what was waited for happened; kept are the last [12]\.\d s\.$/,
  );
  expect(reader.trailer).toEqual(trailer);
});
