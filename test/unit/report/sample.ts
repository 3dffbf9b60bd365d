import type { Finding, Report } from '../../../src/model/finding.ts';

export const BLOCKED: Finding = {
  rule: 'blocked-loop',
  severity: 'error',
  confidence: 'measured',
  message: "Blocked the event loop 31 times, 30 ms each, 93 % of the loop's time, in GET /",
  location: { file: '/app/slow/index.js', line: 8, column: 3, function: 'sleep' },
  thread: 'main',
  cause: 'javascript',
  evidence: { count: 31, totalMs: 930.2345, maxMs: 31, p99Ms: 30.94, loopShare: 0.934567, routes: ['GET /'] },
  chain: [
    { kind: 'call', file: '/app/slow/index.js', line: 12, column: 5, function: 'handler' },
    { kind: 'library', label: 'fastify@5.6.0' },
    { kind: 'http-request', label: 'GET /', function: 'serve', file: '/app/server.js', line: 3, column: 1 },
  ],
  related: [],
  lineText: '  while (Date.now() < end);',
};

export const SERIAL: Finding = {
  rule: 'serial-awaits',
  severity: 'warning',
  confidence: 'measured',
  message: 'Waits 40 ms for two things one after the other',
  location: { file: '/app/a b.js', line: 9, column: 3, function: 'load' },
  endLine: 9,
  endColumn: 21,
  thread: 'worker-1',
  evidence: { count: 100, totalMs: 4000, maxMs: 60, p99Ms: 55, loopShare: 0, routes: ['GET /', 'GET /a'] },
  chain: [],
  related: [{ message: 'serial with', location: { file: '/app/a b.js', line: 10, column: 3 } }],
  fix: {
    title: 'Await both with Promise.all',
    edits: [{ file: '/app/a b.js', start: 100, end: 120, text: 'await Promise.all([x(), y()])' }],
  },
  lineText: '  const x = await x();',
};

export const HINT: Finding = {
  rule: 'no-sync',
  severity: 'info',
  confidence: 'certain',
  message: 'readFileSync blocks the event loop',
  location: { file: '/app/a b.js', line: 2, column: 10 },
  endLine: 4,
  endColumn: 2,
  chain: [],
  related: [],
  lineText: 'const x = readFileSync(file);',
};

/** What a malicious program would like its report to do to the terminal, to Markdown and to workflow commands. */
export const HOSTILE: Finding = {
  ...HINT,
  severity: 'hint',
  message:
    'evil\u001b]0;title\u0007\u001b[2J\u202e\u009b31m\n::error::forged <img src=x> @octocat `code` | 100%',
  location: { file: '/elsewhere/\u001b[31mx,y:z\n.js', line: 1, column: 1, function: 'f\u001b[0m`' },
  chain: [{ kind: 'http-request', label: 'GET /\u001b[5m\r\nforged: line' }],
};

export const REPORT: Report = {
  target: { pid: 4242, node: 'v24.21.0', script: '/app/server.js', threads: [{ id: 'main', name: 'main' }] },
  recording: {
    durationMs: 10_012.345,
    events: 812_345,
    dropped: 12,
    attachedLate: true,
    overhead: { cpuShare: 0.04, mode: 'flow' },
  },
  health: {
    verdict: 'blocked',
    message: 'Blocked: the event loop was held 31 times, 405 ms at most.',
    eventLoopDelayMs: { p50: 1.123, p99: 212.44, max: 405 },
    utilization: 0.83,
    gcShare: 0.02,
  },
  routes: [{ route: 'GET /', requests: 1310, p50Ms: 30.1, p99Ms: 210.55, maxMs: 405, runMs: 7.25 }],
  waits: {
    totalMs: 64_000.4,
    lines: [
      {
        location: { file: '/app/a b.js', line: 9, column: 3, function: 'fetchAll' },
        share: 0.624444,
        totalMs: 40_000,
        samples: 500,
      },
      {
        location: { file: '/else/where.js', line: 2, column: 1 },
        share: 0.25,
        totalMs: 16_000,
        samples: 200,
      },
    ],
    unattributedShare: 0.1255555,
  },
  findings: [HOSTILE, SERIAL, HINT, BLOCKED],
};

export const PROBLEMS = [
  { code: 'file-truncated', message: 'The recording was cut off: it has no end.' },
  { code: 'file-truncated', message: 'The recording was cut off: it has no end.' },
];
