import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Comparison } from '../../src/model/comparison.ts';
import { checkOtlp, checkSpeedscope, checkTrace } from '../unit/report/format-checks.ts';
import type { OtlpObject, TraceEvent } from '../unit/report/format-checks.ts';
import { matchProfileType } from '../unit/report/schemas.ts';

const LOOPLENS = path.resolve('dist/cli/looplens.cjs');
const RENDERS = path.resolve('test/fixtures/programs/renders.cjs');
const HOLDING_LINE = 9;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-exports-'));
const slow = path.join(folder, 'slow.looplens');
const fast = path.join(folder, 'fast.looplens');
const received: { path: string; body: OtlpObject }[] = [];
const collector = http.createServer((request, response) => {
  let body = '';
  request.on('data', (data: Buffer) => (body += data.toString()));
  request.on('end', () => {
    received.push({ path: request.url ?? '', body: JSON.parse(body) as OtlpObject });
    response.end('{}');
  });
});
let told = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const address = collector.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const recorded = await looplens(
    ['record', '-d', '3s', '-o', slow, '--otlp', url, '--', process.execPath, RENDERS],
    { RENDER_MS: '40' },
  );
  expect(recorded.code, recorded.stderr).toBe(0);
  told = recorded.stderr;
  const again = await looplens(['record', '-d', '3s', '-o', fast, '--', process.execPath, RENDERS], {
    RENDER_MS: '4',
  });
  expect(again.code, again.stderr).toBe(0);
});

afterAll(() => {
  collector.close();
  collector.closeAllConnections();
  fs.rmSync(folder, { recursive: true, force: true });
});

describe('a recorded server', () => {
  test('streams its spans, metrics and findings to a collector', () => {
    expect(told).toMatch(/Sent \d+ items to the collector, 0 were dropped\./);
    // Each body holds one of the three.
    const bodies = received.map(({ body }) => body as Partial<OtlpObject>);
    const exported: OtlpObject = {
      resourceSpans: bodies.flatMap(({ resourceSpans = [] }) => resourceSpans),
      resourceMetrics: bodies.flatMap(({ resourceMetrics = [] }) => resourceMetrics),
      resourceLogs: bodies.flatMap(({ resourceLogs = [] }) => resourceLogs),
    };
    checkOtlp(exported);
    const spans = exported.resourceSpans.flatMap((r) => r.scopeSpans.flatMap((scope) => scope.spans));
    const requests = spans.filter(({ kind }) => kind === 2);
    expect(new Set(requests.map(({ name }) => name))).toEqual(new Set(['GET']));
    const hold = spans.find(
      ({ name, parentSpanId }) => name === 'event loop held' && parentSpanId !== undefined,
    );
    expect(requests.map(({ spanId }) => spanId)).toContain(hold?.parentSpanId);
    expect(spans.length).toBe(new Set(spans.map(({ spanId }) => spanId)).size);
    const logs = exported.resourceLogs.flatMap((r) => r.scopeLogs.flatMap((scope) => scope.logRecords));
    expect(logs.map(({ attributes }) => attributes)).toContainEqual(
      expect.arrayContaining([{ key: 'looplens.rule', value: { stringValue: 'blocked-loop' } }]),
    );
    // Most of it came while it was recorded, not at the end.
    expect(received.filter(({ path: to }) => to === '/v1/traces').length).toBeGreaterThan(2);
  });

  test('can be read by other tools', async () => {
    const exported = async (to: string) => {
      const out = path.join(folder, `slow.${to}.json`);
      const { code, stderr } = await looplens(['export', slow, '--to', to, '--out', out]);
      expect(code, stderr).toBe(0);
      return JSON.parse(fs.readFileSync(out, 'utf8'));
    };
    const { traceEvents } = (await exported('perfetto')) as { traceEvents: TraceEvent[] };
    checkTrace(traceEvents);
    expect(
      traceEvents
        .filter(({ cat }) => cat === 'hold')
        .map(({ name }) => name)
        .join('\n'),
    ).toContain(`renders.cjs:${HOLDING_LINE}`);
    expect(traceEvents.some(({ name }) => name === 'waits for Timeout')).toBe(true);
    expect(traceEvents.some(({ ph }) => ph === 'f')).toBe(true);
    const scope = await exported('speedscope');
    checkSpeedscope(scope);
    expect(scope.shared.frames).toContainEqual(expect.objectContaining({ name: 'render', file: RENDERS }));
    const otlp = await exported('otlp');
    checkOtlp(otlp);
    expect(JSON.stringify(otlp)).toContain('"nodejs.eventloop.utilization"');
    const profile = await exported('cpuprofile');
    matchProfileType(profile);
    expect(profile.samples.length).toBe(profile.timeDeltas.length);
  });

  test('is told to be faster after the fix, and slower the other way round', async () => {
    const fixed = await looplens(['compare', slow, fast, '--format', 'json', '--fail-on', 'info']);
    expect(fixed.code, fixed.stderr).toBe(0);
    const comparison = JSON.parse(fixed.stdout) as Comparison & { version: number };
    expect(comparison).toMatchObject({ version: 1, verdict: 'better' });
    expect(comparison.routes.find(({ route }) => route === 'GET /page')).toMatchObject({ change: 'better' });
    expect(
      comparison.findings.some(({ rule, change }) => rule === 'blocked-loop' && /better|gone/.test(change)),
    ).toBe(true);
    const broken = await looplens(['compare', fast, slow, '--fail-on', 'warning']);
    expect(broken.code).toBe(1);
    expect(broken.stdout).toMatch(/^worse +GET \/page/m);
    const same = await looplens(['compare', slow, slow, '--fail-on', 'info']);
    expect(same.code).toBe(0);
    expect(same.stdout).toMatch(/^No difference/);
  });
});

test('a collector that is not there is told before anything is started', async () => {
  const out = path.join(folder, 'none.looplens');
  const { code, stdout, stderr } = await looplens([
    'record',
    '-o',
    out,
    '--otlp',
    'http://127.0.0.1:9',
    '--',
    process.execPath,
    RENDERS,
  ]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(
    /^No collector takes spans at http:\/\/127\.0\.0\.1:9\/v1\/traces: .+\. Check the address/,
  );
  expect(fs.existsSync(out)).toBe(false);
});

function looplens(
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [LOOPLENS, ...args], { env: { ...process.env, ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}
