// What runs on the main thread of the user's process. It must never throw into the program, never keep it alive, and
// leave nothing behind; it has no dependency and resolves each module once, while `require` is there.
import type * as AsyncHooks from 'node:async_hooks';
import type * as DiagnosticsChannel from 'node:diagnostics_channel';
import type * as PerfHooks from 'node:perf_hooks';
import type * as Timers from 'node:timers';
import type * as V8 from 'node:v8';
import type * as WorkerThreads from 'node:worker_threads';
import { Op } from '../model/event.ts';
import { canReadAsyncStacks } from './async-stack.ts';
import { startHooks } from './hooks.ts';
import { PromiseTable } from './pending.ts';
import { AGENT_KEY, Ctl } from './protocol.ts';
import type { AgentConfig, AgentInfo, AgentMessage, AgentSummary, RawFrame } from './protocol.ts';
import { startRejections } from './rejections.ts';
import { startRequests } from './requests.ts';
import { createRing } from './ring.ts';
import { createStackTable, readStack } from './stacks.ts';
import { openTransport } from './transport.ts';
import { recordLasting, sampleWaits } from './waits.ts';

const MAX_PENDING = 65_536;
const MAX_STACKS = 20_000;
/** Without a sign of life from the collector for this long, the agent removes itself, ms. */
const LEASE_MS = 15_000;
/** Rough cost of an event, µs, for the figure shown while recording; the final one comes from the CPU profile. */
const EVENT_COST_US = 0.15;
/** Heartbeats between two looks at what changes slowly. */
const REPORT_EVERY = 10;

/** The agent as its process sees it: under a registered symbol of `process`, while it records. */
export interface Agent {
  info: () => AgentInfo;
  /** A sign of life. */
  renew: () => void;
  /** The main thread's stack now, for one who interrupts it. */
  stack: () => RawFrame[];
  stop: () => Promise<AgentSummary>;
}

/**
 * Starts recording; `null` when it is being done already. Does not wait for anything: the program may not have begun,
 * or be stuck. Throws when the process lacks what the agent needs.
 */
export function start(require: NodeJS.Require, config: AgentConfig): Agent | null {
  const key = Symbol.for(AGENT_KEY);
  const holder = process as unknown as Record<symbol, unknown>;
  const scope = globalThis as unknown as Record<string, unknown>;
  const binding = scope[config.bindingName] as (payload: string) => void;
  Reflect.deleteProperty(scope, config.bindingName);
  if (holder[key]) return null;

  const asyncHooks = require('node:async_hooks') as typeof AsyncHooks;
  const v8 = require('node:v8') as typeof V8;
  const diagnostics = require('node:diagnostics_channel') as typeof DiagnosticsChannel;
  const workers = require('node:worker_threads') as typeof WorkerThreads;
  const { performance, PerformanceObserver } = require('node:perf_hooks') as typeof PerfHooks;
  // Not the globals: a test framework may have replaced them with a clock that stands still.
  const { setInterval, clearInterval } = require('node:timers') as typeof Timers;

  const problems: AgentInfo['problems'] = [];
  let outbox: AgentMessage[] = [];
  const send = (message: AgentMessage): void => {
    outbox.push(message);
  };

  const clock = performance.now.bind(performance);
  const origin = clock();
  const originUs = Number(process.hrtime.bigint() / 1000n);
  const startedAt = Date.now();
  let last = 0;
  const now = (): number => (last = ((clock() - origin) * 1000) | 0);
  const time = (): number => last;

  const ring = createRing(config.ringEvents, time);
  const pending = PromiseTable.create(MAX_PENDING);
  const stacks = createStackTable(MAX_STACKS, (i, frames) => send({ t: 'stack', i, frames }));
  const waits = { pending, stacks, put: ring.put, time };
  const samples = canReadAsyncStacks() ? config.waitSamples : 0;
  if (samples === 0) {
    problems.push({
      code: 'then-patched',
      message: 'Promise.prototype.then is patched in this process: waits cannot be told by line.',
    });
  }

  let stopping: Promise<AgentSummary> | undefined;
  let leaseUntil = Date.now() + LEASE_MS;

  const transport = openTransport({
    workers,
    config,
    ring,
    originUs,
    binding,
    onProblem: (code, message) => problems.push({ code, message }),
    onLost: () => void agent.stop(),
  });

  // ---- from here on the program is being recorded
  const requests = startRequests({
    diagnostics,
    put: ring.put,
    now,
    onLabel: (i, text) => send({ t: 'label', i, text }),
  });
  const rejections = startRejections(now, send);
  const gc = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind = 0 } = (entry as { detail?: { kind?: number } }).detail ?? {};
      ring.put(Op.Gc | (kind << 8), (entry.duration * 1000) | 0, ((entry.startTime - origin) * 1000) | 0, 0);
    }
  });
  gc.observe({ entryTypes: ['gc'] });
  const onExit = (): void => {
    transport.exit(outbox);
    outbox = [];
  };
  process.on('exit', onExit);

  const hooks = startHooks({
    asyncHooks,
    v8,
    ring,
    pending,
    now,
    time,
    onType: (i, name) => send({ t: 'type', i, name }),
  });

  let beats = 0;
  let lastBeat = now();
  let lastUtilization = performance.eventLoopUtilization();
  let ownUs = 0;
  let lastCpu = process.cpuUsage();
  let counted = 0;
  const report = (): void => {
    requests.sweep();
    const { produced } = ring.counts();
    const cpu = process.cpuUsage();
    send({
      t: 'cost',
      us: Math.round(ownUs + (produced - counted) * EVENT_COST_US),
      cpuUs: cpu.user + cpu.system - lastCpu.user - lastCpu.system,
    });
    counted = produced;
    ownUs = 0;
    lastCpu = cpu;
  };

  const tick = (): void => {
    const at = now();
    const late = Math.max(0, ((at - lastBeat) | 0) - config.heartbeatMs * 1000);
    lastBeat = at;
    const utilization = performance.eventLoopUtilization();
    const idleUs = ((utilization.idle - lastUtilization.idle) * 1000) | 0;
    ring.put(Op.Heartbeat, late, at, idleUs);
    Atomics.add(ring.ctl, Ctl.Beat, 1);
    sampleWaits(waits, samples);
    lastUtilization = utilization;
    if (++beats % REPORT_EVERY === 0) report();
    transport.flush(outbox);
    outbox = [];
    ownUs += (now() - at) | 0;
    if (Date.now() > leaseUntil) void agent.stop();
  };
  const timer = hooks.disown(() =>
    setInterval(() => {
      // An exception here would be the program's uncaught exception.
      try {
        hooks.unrecorded(tick);
      } catch (error) {
        problems.push({ code: 'agent-failed', message: `The agent stopped itself: ${String(error)}` });
        void agent.stop();
      }
    }, config.heartbeatMs).unref(),
  );

  const stop = async (): Promise<AgentSummary> => {
    clearInterval(timer);
    hooks.stop();
    requests.stop();
    rejections.stop();
    gc.disconnect();
    process.off('exit', onExit);
    const endUs = now() >>> 0;
    if (samples > 0) await recordLasting(waits);
    pending.clear();
    Reflect.deleteProperty(holder, key);
    await transport.finish(outbox);
    return { ...ring.counts(), endUs };
  };

  const agent: Agent = {
    info: () => ({
      pid: process.pid,
      node: process.version,
      script: process.argv[1] ?? '',
      cwd: process.cwd(),
      platform: process.platform,
      threadPoolSize: Number(process.env['UV_THREADPOOL_SIZE'] ?? 4) || 4,
      startedAt,
      originUs,
      problems,
    }),
    renew: () => {
      leaseUntil = Date.now() + LEASE_MS;
    },
    stack: () => readStack('all', 100),
    stop: () => (stopping ??= stop()),
  };
  Object.defineProperty(holder, key, { value: agent, configurable: true, enumerable: false });
  return agent;
}
