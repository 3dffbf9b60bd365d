import { expect, test } from 'vitest';
import type { ComparedFigure, Comparison } from '../../../src/model/comparison.ts';
import { comparisonJson } from '../../../src/report/compare-json.ts';
import { comparisonMarkdown } from '../../../src/report/compare-markdown.ts';
import { comparisonRows } from '../../../src/report/compare-rows.ts';
import { comparisonText } from '../../../src/report/compare-text.ts';
import { BLOCKED, HOSTILE, REPORT, SERIAL } from './sample.ts';

const figure = (base: number, head: number, change: ComparedFigure['change']): ComparedFigure => ({
  base,
  head,
  low: -1.23456,
  high: 2,
  change,
});
const shares = (totalMs: number) => ({ totalMs, waitMs: totalMs - 8, queuedMs: 3, microtaskMs: 1, runMs: 4 });

const COMPARISON: Comparison = {
  verdict: 'mixed',
  base: { file: '/app/before.looplens', durationMs: 10_000, requests: 1310, node: 'v24.21.0' },
  head: { file: '/elsewhere/after.looplens', durationMs: 12_000, requests: 1500, node: 'v24.21.0' },
  health: {
    base: REPORT.health,
    head: { ...REPORT.health, verdict: 'healthy', utilization: 0.31 },
    delayP99Ms: figure(212.4, 20.123456, 'better'),
  },
  routes: [
    {
      route: 'GET /slow',
      change: 'worse',
      requests: { base: 100, head: 120 },
      p50Ms: figure(30, 45, 'worse'),
      p95Ms: figure(60, 61, 'no-difference'),
      p99Ms: figure(80, 90, 'unclear'),
    },
    {
      route: 'GET /',
      change: 'better',
      requests: { base: 500, head: 600 },
      p50Ms: figure(30, 15, 'better'),
      shares: { base: shares(30), head: shares(15) },
    },
    { route: 'GET /new', change: 'unclear', requests: { base: 0, head: 9 } },
  ],
  findings: [
    { ...SERIAL, change: 'new' },
    { ...BLOCKED, change: 'gone' },
    { ...HOSTILE, change: 'no-difference', cost: { base: 1.23456, head: 1.2, per: 'request' } },
  ],
  lines: [
    {
      change: 'better',
      location: BLOCKED.location,
      selfMs: figure(0.71, 0.02, 'better'),
      per: 'request',
      loopShare: { base: 0.93456, head: 0.01 },
    },
  ],
};
const PROBLEMS = [{ code: 'file-truncated', message: 'The recording was cut off: it has no end.' }];

test.each([
  ['txt', comparisonText(COMPARISON, PROBLEMS, { cwd: '/app', colour: 'none' })],
  ['json', comparisonJson(COMPARISON, PROBLEMS, '/app')],
  ['md', comparisonMarkdown(COMPARISON, PROBLEMS, '/app')],
])('a comparison as %s', async (name, text) => {
  await expect(text).toMatchFileSnapshot(`golden/comparison.${name}`);

  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
});

test('of many things without a difference only a few are shown', () => {
  const same = Array.from({ length: 20 }, (_, i) => ({
    route: `GET /${i}`,
    change: 'no-difference' as const,
    requests: { base: 1, head: 1 },
  }));
  const text = comparisonText({ ...COMPARISON, routes: same, findings: [] }, [], {
    cwd: '/app',
    colour: 'none',
  });
  expect(text).toContain('... and 15 more routes without a difference');
});

test('the rows of the page say the same in words', () => {
  const rows = comparisonRows(COMPARISON, (file) => file.replace('/app/', ''));
  expect(rows).toMatchInlineSnapshot(`
    {
      "base": {
        "details": "10.0 s · 1,310 requests · v24.21.0",
        "name": "before.looplens",
      },
      "findings": [
        {
          "change": "new",
          "changeWords": "new",
          "cost": "",
          "message": "Waits 40 ms for two things one after the other",
          "place": "a b.js:9:3",
          "rule": "serial-awaits",
        },
        {
          "change": "gone",
          "changeWords": "gone",
          "cost": "",
          "message": "Blocked the event loop 31 times, 30 ms each, 93 % of the loop's time, in GET /",
          "place": "slow/index.js:8:3",
          "rule": "blocked-loop",
        },
        {
          "change": "no-difference",
          "changeWords": "no difference",
          "cost": "1.2 ms → 1.2 ms (-3 %) per request",
          "message": "evil]0;title[2J‮31m
    ::error::forged <img src=x> @octocat \`code\` | 100%",
          "place": "/elsewhere/[31mx,y:z
    .js:1:1",
          "rule": "no-sync",
        },
      ],
      "head": {
        "details": "12.0 s · 1,500 requests · v24.21.0",
        "name": "after.looplens",
      },
      "lines": [
        {
          "change": "better",
          "changeWords": "better",
          "cost": "0.7 ms → 0 ms (-97 %) per request",
          "place": "slow/index.js:8:3  sleep",
          "share": "93 % → 1 %",
        },
      ],
      "loop": [
        "blocked → healthy",
        "delay p99 212 ms → 20 ms (-91 %): better",
        "busy 83 % → 31 %",
      ],
      "routes": [
        {
          "change": "worse",
          "changeWords": "worse",
          "p50": "30 ms → 45 ms (+50 %)",
          "p95": "60 ms → 61 ms (+2 %)",
          "p99": "80 ms → 90 ms (+13 %)",
          "requests": "100 → 120",
          "route": "GET /slow",
          "shares": "",
        },
        {
          "change": "better",
          "changeWords": "better",
          "p50": "30 ms → 15 ms (-50 %)",
          "p95": "",
          "p99": "",
          "requests": "500 → 600",
          "route": "GET /",
          "shares": "running 4 ms → 4 ms · queued 3 ms → 3 ms · waiting 22 ms → 7 ms (-68 %)",
        },
        {
          "change": "unclear",
          "changeWords": "unclear",
          "p50": "",
          "p95": "",
          "p99": "",
          "requests": "0 → 9",
          "route": "GET /new",
          "shares": "",
        },
      ],
      "tone": "mixed",
      "verdict": "Some better, some worse: 1 new finding, 1 route got slower, 1 finding is gone, 1 route got faster.",
    }
  `);
});
