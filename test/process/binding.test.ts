// Where the agent's worker cannot reach us (a remote process, the permission model), events come through the inspector.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, expect, test, vi } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { attach } from '../../src/inspector/attach.ts';
import { SETTINGS } from '../../src/inspector/inject.ts';
import { createSourceLocator } from '../../src/inspector/source-locator.ts';
import { EVENT_WORDS } from '../../src/model/event.ts';
import { recordAttached } from '../../src/recorder/record-attached.ts';
import { openRecording } from '../../src/recording/read.ts';
import { createRecordingFile } from '../../src/recording/write.ts';
import { record } from '../../src/session/record.ts';
import { listTargets } from '../../src/session/targets.ts';
import { lineOf, startProgram } from './program.ts';

vi.stubGlobal('LOOPLENS_VERSION', '0.0.0-test');
const FILE = 'problems.cjs';
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-binding-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

test.each([18, 24])('a remote process on Node %i is recorded through the inspector', async (major) => {
  const program = await startProgram(major, FILE, ['--inspect=127.0.0.1:0']);
  try {
    const { port } = (await listTargets()).find(({ pid }) => pid === program.pid)!;
    const list = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
      webSocketDebuggerUrl: string;
    }[];
    const target = await attach({
      webSocketUrl: list[0]!.webSocketDebuggerUrl,
      activated: false,
      local: false,
      settings: SETTINGS,
      follow: 'all',
      profileWorkers: 'off',
      log: silentLog,
    });
    expect(target.first.transport).toBe('binding');
    const out = path.join(folder, `${major}.looplens`);
    const writer = createRecordingFile(out, {
      startedAt: target.first.info.startedAt,
      target: { ...target.first.info, threads: [{ id: 'main', name: 'main' }] },
      mode: 'flow',
      transport: 'binding',
      attachedLate: true,
      writer: 'test',
    });
    const recording = recordAttached(target, writer, createSourceLocator(), {
      durationMs: 2500,
      log: silentLog,
      onProgress: () => undefined,
    });
    await wait(500);
    for (let k = 0; k < 3; k++) {
      await fetch(`${program.url}/wait`);
      // Long enough for the silence to be noticed from outside.
      await Promise.all([1, 2, 3, 4, 5].map(() => fetch(`${program.url}/spin`)));
    }
    const trailer = await recording;
    await target.close();

    expect(trailer).toMatchObject({ ended: 'duration', dropped: 0 });
    const reader = openRecording(out);
    let events = 0;
    for (const { words } of reader.events()) events += words.length / EVENT_WORDS;
    expect(events).toBe(trailer.events);
    expect(events).toBeGreaterThan(200);
    expect(reader.tables.labels).toContain('GET /spin');
    const stalled = reader.stalls.flatMap(({ stack }) =>
      reader.tables.stacks[stack]!.map((id) => reader.tables.frames[id]!.line),
    );
    expect(stalled).toContain(lineOf(FILE, 'Date.now() < end'));
    const trace = (await (await fetch(`${program.url}/trace-of-us`)).json()) as Record<string, unknown>;
    expect(trace).toMatchObject({ workers: 0, channels: [false, false, false] });
    expect(trace['globals']).not.toEqual(expect.arrayContaining([expect.stringContaining('looplens')]));
  } finally {
    await program.end();
  }
});

test('a process that may not start threads is recorded through the inspector', async () => {
  const flags = ['--permission', '--allow-fs-read=*', '--allow-net', '--allow-inspector', '--inspect-port=0'];
  const program = await startProgram(26, FILE, flags);
  try {
    const out = path.join(folder, 'permission.looplens');
    const recording = record({ kind: 'pid', pid: program.pid }, { out, durationMs: 2000 });
    await wait(1000);
    for (let k = 0; k < 5; k++) await fetch(`${program.url}/wait`);
    const { trailer, header } = await recording;
    expect(header.transport).toBe('binding');
    expect(trailer.problems.map(({ code }) => code)).toEqual(['worker-unavailable']);
    expect(trailer.events).toBeGreaterThan(50);
  } finally {
    await program.end();
  }
});
