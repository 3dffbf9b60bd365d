import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startLoad, startShop } from '../../examples/shop-process.mjs';
import { nodeBinary } from '../setup/nodes.mjs';
import { expectedFindings, healthyFiles, healthyRoutes, relatedLines } from '../shop-expectations.mjs';
import type { Finding, Report } from '../../src/model/finding.ts';

const LOOPLENS = path.resolve('dist/cli/looplens.cjs');
/** The shop's Node. Older ones cannot run Fastify 5. */
const MAJORS = [20, 24];
/** Past start-up: what is measured is how the shop serves. */
const WARM_UP_MS = 3000;

describe.each(MAJORS)('the shop on Node %i, recorded for five seconds', (major) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'shop-'));
  const ends: (() => void)[] = [];
  let report: Report;
  let shopOutlived = false;

  beforeAll(async () => {
    const shop = await startShop({ node: nodeBinary(major), env: { SHOP_DATA: path.join(folder, 'data') } });
    ends.push(() => shop.child.kill());
    const load = await startLoad(shop.url);
    ends.push(() => load.kill());
    await wait(WARM_UP_MS);
    const out = path.join(folder, 'shop.looplens');
    // What is found is tested here, not how recording makes do with less on a crowded machine.
    const target = [
      '--pid',
      String(shop.pid),
      '--duration',
      '5s',
      '--budget',
      '50%',
      '--out',
      out,
      '--format',
      'json',
    ];
    report = JSON.parse(await looplens(['record', ...target])) as Report;
    shopOutlived = (await fetch(`${shop.url}/health`)).ok;
  });

  afterAll(() => {
    for (const end of ends) end();
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  test.each(expectedFindings)('names the planted problem: $name', ({ rules, cause, file, line, route }) => {
    const here = report.findings.filter((f) => absolute(f) === file && f.location.line === line);
    const found = here.find((f) => rules.includes(f.rule));
    expect(found, `found: ${summary(report.findings)}`).toBeDefined();
    if (cause) expect(found?.cause).toBe(cause);
    if (route) expect(found?.evidence?.routes).toContain(route);
    expect(found?.evidence?.count).toBeGreaterThanOrEqual(3);
    expect(found?.message).toMatch(/\d/);
  });

  test('says nothing about healthy routes and files', () => {
    const wrong = report.findings.filter(
      (f) =>
        healthyFiles.includes(absolute(f)) ||
        (f.evidence?.routes.length === 1 && healthyRoutes.includes(f.evidence.routes[0]!)),
    );
    expect(summary(wrong)).toBe('');
  });

  // A note may stand beside a planted line: V8 inlines what is hot.
  test('raises no alarm at any other line', () => {
    const planted = new Set([...expectedFindings, ...relatedLines].map((e) => `${e.file}:${e.line}`));
    const extra = report.findings.filter(
      (f) => ['error', 'warning'].includes(f.severity) && !planted.has(`${absolute(f)}:${f.location.line}`),
    );
    expect(summary(extra)).toBe('');
  });

  test('calls the server blocked and says what it cost', () => {
    expect(report.health.verdict).toBe('blocked');
    expect(report.health.eventLoopDelayMs.max).toBeGreaterThan(10);
    expect(report.recording.dropped).toBe(0);
  });

  test('leaves the shop serving', () => {
    expect(shopOutlived).toBe(true);
  });
});

function absolute({ location }: Finding): string {
  return path.resolve(location.file);
}

function summary(findings: Finding[]): string {
  return findings
    .map((f) => `${f.rule} ${f.location.file}:${f.location.line} [${f.evidence?.routes.join(', ') ?? ''}]`)
    .join('\n');
}

function looplens(args: string[]): Promise<string> {
  const child = spawn(process.execPath, [LOOPLENS, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`looplens ${args.join(' ')} ended with ${code}:\n${err}`));
    });
  });
}
