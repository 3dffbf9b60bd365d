import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { analyze } from '../../src/analysis/analyze.ts';
import { openRecording } from '../../src/recording/read.ts';
import { traceEventJson } from '../../src/report/trace-event.ts';
import { record } from '../../src/session/record.ts';
import { nodeBinary } from '../setup/nodes.mjs';
import { checkTrace } from '../unit/report/format-checks.ts';
import type { TraceEvent } from '../unit/report/format-checks.ts';
import { PROGRAMS } from './program.ts';

// Set by the build.
vi.stubGlobal('LOOPLENS_VERSION', '0.0.0-test');

const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'looplens-pauses-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

test.concurrent.each([20, 24] as const)(
  'Node %i: the pause of a debugger and of a stopped process are told, and nobody is blamed',
  async (major) => {
    const out = path.join(folder, `${major}.looplens`);
    await record(
      { kind: 'command', command: nodeBinary(major), args: [path.join(PROGRAMS, 'paused.cjs')] },
      { out, durationMs: 7_000, onOutput: () => undefined },
    );
    const { value, problems } = analyze(openRecording(out), []);
    const paused = problems.filter(({ code }) => code === 'paused').map(({ message }) => message);
    expect(paused.join('\n')).toMatch(/A debugger paused the program/);
    if (process.platform !== 'win32') expect(paused.join('\n')).toMatch(/The process was stopped/);
    expect(value.findings.filter(({ severity }) => severity !== 'hint')).toEqual([]);
    const trace = [...traceEventJson(openRecording(out))].join('');
    const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] };
    checkTrace(traceEvents);
    const pauses = traceEvents.filter(({ cat }) => cat === 'pause').map(({ name }) => name);
    expect(pauses.join('\n')).toMatch(/paused by a debugger/);
    if (process.platform !== 'win32') expect(pauses.join('\n')).toMatch(/process stopped/);
  },
);
