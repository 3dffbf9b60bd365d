// What runs on the main thread of the user's process. It must never throw into the program, never keep it alive, and
// leave nothing behind; it has no dependency and resolves each module once, while `require` is there.
import type * as AsyncHooks from 'node:async_hooks';
import type * as DiagnosticsChannel from 'node:diagnostics_channel';
import type * as PerfHooks from 'node:perf_hooks';
import type * as Timers from 'node:timers';
import type * as V8 from 'node:v8';
import type * as WorkerThreads from 'node:worker_threads';
import { Op } from '../model/event.ts';
import { canReadAsyncStacks, createStackReader } from './async-stack.ts';
import { createClock } from './clock.ts';
import { watchContexts } from './contexts.ts';
import { recordCollections } from './collections.ts';
import { createCostMeter } from './cost.ts';
import { trackHandles } from './handles.ts';
import { createFollows } from './follows.ts';
import type { Site } from './follows.ts';
import { createHooks } from './hooks.ts';
import { createModes } from './modes.ts';
import { PromiseTable } from './pending.ts';
import { NativePromise } from './native-promise.ts';
import { processInfo, settledExitCode } from './process-info.ts';
import { AGENT_KEY, Ctl } from './protocol.ts';
import type { Agent, AgentConfig, AgentInfo, AgentMessage, AgentSummary, RawHandle } from './protocol.ts';
import { findHolders } from './reach.ts';
import { createRing } from './ring.ts';
import { createStackBudget } from './stack-budget.ts';
import { awaitStack, captureStack, createStackTable, framesOf, readStack } from './stacks.ts';
import { openTransport } from './transport.ts';
import { createUndoList } from './undo-list.ts';
import type { UndoList } from './undo-list.ts';
import { recordLasting, sampleWaits } from './waits.ts';
import { startWatchers } from './watchers.ts';

const MAX_PENDING = 65_536;
const MAX_STACKS = 20_000;
/** Frames of a stack taken where something is created. */
const CREATION_FRAMES = 16;
/** Without a sign of life from the collector for this long, the agent removes itself, ms. */
const LEASE_MS = 15_000;
/** Heartbeats between two looks at what changes slowly. */
const REPORT_EVERY = 10;
/** Names of types and requests that leave at once in the time of a heartbeat; further ones wait for it. */
const NAMES_PER_BEAT = 20;
/** Promises that are pending at the end of a recording are told of from this age on, µs. */
const LASTING_US = 1_000_000;
/** A loop that has nothing left to do is asked what it still waits for so many times. */
const MAX_LAST_LOOKS = 10;

/**
 * Starts recording; `null` when it is being done already. Does not wait for anything: the program may not have begun,
 * or be stuck. Throws when the process lacks what the agent needs, and then leaves nothing behind.
 */
export function start(require: NodeJS.Require, config: AgentConfig): Agent | null {
  const key = Symbol.for(AGENT_KEY);
  const holder = process as unknown as Record<symbol, unknown>;
  const scope = globalThis as unknown as Record<string, unknown>;
  const binding = scope[config.bindingName] as (payload: string) => void;
  Reflect.deleteProperty(scope, config.bindingName);
  if (holder[key]) return null;

  const cleanup = createUndoList();
  try {
    const agent = begin(require, config, binding, cleanup);
    Object.defineProperty(holder, key, { value: agent, configurable: true, enumerable: false });
    cleanup.push(() => Reflect.deleteProperty(holder, key));
    return agent;
  } catch (error) {
    cleanup.undoAll();
    throw error;
  }
}

function begin(
  require: NodeJS.Require,
  config: AgentConfig,
  binding: (payload: string) => void,
  cleanup: UndoList,
): Agent {
  const asyncHooks = require('node:async_hooks') as typeof AsyncHooks;
  const v8 = require('node:v8') as typeof V8;
  const diagnostics = require('node:diagnostics_channel') as typeof DiagnosticsChannel;
  const workers = require('node:worker_threads') as typeof WorkerThreads;
  const perfHooks = require('node:perf_hooks') as typeof PerfHooks;
  const { performance } = perfHooks;
  // Not the globals: a test framework may have replaced them with a clock that stands still.
  const timers = require('node:timers') as typeof Timers;

  const whoIsHeld = findHolders(require, timers);

  let asked = false;
  let outbox: AgentMessage[] = [];
  const problems: AgentInfo['problems'] = [];
  const send = (message: AgentMessage): void => {
    outbox.push(message);
  };
  /** Names that leave at once, not with the next heartbeat: there may be none, and who is to know then what holds the loop? */
  let hurry = 0;
  const sendName = (message: AgentMessage): void => {
    if (hurry === 0) {
      send(message);
      return;
    }
    hurry--;
    try {
      transport.flush([message]);
    } catch {
      // The stack of a deep recursion has no room for it.
      send(message);
    }
  };
  const onProblem = (code: string, message: string): void => {
    if (asked) send({ t: 'problem', code, message });
    else problems.push({ code, message });
  };

  const startedAt = Date.now();
  const { now, time, read, origin, originUs } = createClock(performance);
  const ring = createRing(config.ringEvents, time);
  const pending = PromiseTable.create(MAX_PENDING);
  const stacks = createStackTable(MAX_STACKS, (i, frames) => send({ t: 'stack', i, frames }));
  const cost = createCostMeter(read, now);
  const follows = createFollows(() => {
    const from = read();
    const site = captureStack(CREATION_FRAMES);
    cost.spent(read() - from);
    return site;
  });
  const waits = {
    readAsyncStack: createStackReader(),
    pending,
    stacks,
    stackOfAwait: (site: Site) => stacks.add(awaitStack(framesOf(site, 'all'))),
    put: ring.put,
    now,
    spent: cost.spent,
    isFollowed: follows.has,
  };
  const canSample = canReadAsyncStacks();
  if (!canSample) {
    onProblem(
      'then-patched',
      'Promise.prototype.then is patched in this process: waits cannot be told by line.',
    );
  }
  const stackNow = (): number => {
    const from = read();
    const stack = stacks.add(readStack('all', CREATION_FRAMES));
    cost.spent(read() - from);
    return stack;
  };

  const putStack = (id: number, weight: number): void => {
    const stack = stackNow();
    if (stack !== 0) ring.put(Op.InitStack | (weight << 8), id, time(), stack);
  };
  const poolStacks = createStackBudget();

  const handles = trackHandles({ relative: (id) => hooks.relative(id), stackNow });
  const hooks = createHooks({
    asyncHooks,
    v8,
    ring,
    pending,
    follows,
    now,
    time,
    onType: (i, name) => sendName({ t: 'type', i, name }),
    onSampledInit: putStack,
    onWatchedInit: (id) => contexts.made(id),
    onHandle: (id, type, resource) => {
      handles.made(id, type, resource);
      watchers.made(type, resource);
    },
    onPoolTask: (id, type) => {
      if (poolStacks.take(type)) putStack(id, 1);
    },
  });
  cleanup.push(hooks.stop);
  const contexts = watchContexts({
    asyncHooks,
    hooks,
    stacks,
    now: read,
    spent: cost.spent,
    send: (samples, names) => send({ t: 'contexts', time: now(), samples, names }),
  });

  let stopping: Promise<AgentSummary> | undefined;
  const stopOnce = (): Promise<AgentSummary> => {
    if (!stopping) {
      hooks.unrecorded(() => {
        stopping = stop();
      });
    }
    return stopping!;
  };
  /** The same where nobody waits for it: a failure would be the program's unhandled rejection. */
  const leave = async (): Promise<void> => {
    try {
      await stopOnce();
    } catch {
      // What could be undone is undone.
    }
  };
  let leaseUntil = read() + LEASE_MS * 1000;
  const transport = openTransport({
    workers,
    timers,
    config,
    ring,
    originUs,
    binding,
    onProblem,
    onLost: () => void leave(),
  });
  const flush = (): void => {
    watchers.settle();
    const messages = outbox;
    outbox = [];
    transport.flush(messages);
    hurry = NAMES_PER_BEAT;
  };

  // ---- from here on the program is being recorded
  const watchers = startWatchers({
    diagnostics,
    workers,
    attachedLate: config.attachedLate,
    put: ring.put,
    now,
    send,
    sendName,
    current: hooks.current,
    emitters: handles.emitters,
  });
  cleanup.push(watchers.stop);
  cleanup.push(recordCollections(perfHooks, origin, ring.put));

  const onExit = (code: number): void => {
    send({ t: 'exit', time: now(), code: settledExitCode(code) });
    watchers.settle();
    transport.exit(outbox);
    outbox = [];
  };
  // The loop has nothing left to do: whoever still waits now waits for ever, or until the process ends with code 13.
  let lastLooks = 0;
  const onBeforeExit = (): void => {
    if (canSample && ++lastLooks <= MAX_LAST_LOOKS) hooks.unrecorded(() => void recordLasting(waits, 0));
  };
  process.on('exit', onExit).on('beforeExit', onBeforeExit);
  cleanup.push(() => process.off('exit', onExit).off('beforeExit', onBeforeExit));

  const modes = createModes({
    mode: config.mode,
    budget: config.budget,
    waitSamples: canSample ? config.waitSamples : 0,
    hooks,
    now,
    send,
  });

  let beats = 0;
  let lastBeat = now();
  let lastUtilization = performance.eventLoopUtilization();
  let counted = 0;
  let lastCpu = process.cpuUsage();
  const since = { at: lastBeat, idleUs: 0 };
  const report = (at: number): void => {
    watchers.sweep();
    cost.calibrate();
    const { produced } = ring.counts();
    const elapsedUs = (at - since.at) | 0;
    const us = Math.round(cost.take(produced - counted, elapsedUs - since.idleUs));
    const cpu = process.cpuUsage();
    send({ t: 'cost', us, cpuUs: cpu.user + cpu.system - lastCpu.user - lastCpu.system });
    modes.measured(us, since.idleUs, elapsedUs);
    since.at = at;
    since.idleUs = 0;
    lastCpu = cpu;
    counted = produced;
  };

  const tick = (): void => {
    const at = now();
    const late = Math.max(0, ((at - lastBeat) | 0) - config.heartbeatMs * 1000);
    lastBeat = at;
    const utilization = performance.eventLoopUtilization();
    const idleUs = ((utilization.idle - lastUtilization.idle) * 1000) | 0;
    lastUtilization = utilization;
    since.idleUs += idleUs;
    ring.put(Op.Heartbeat, late, at, idleUs);
    Atomics.add(ring.ctl, Ctl.Beat, 1);
    if (++beats % REPORT_EVERY === 0) report(at);
    modes.beat();
    handles.beat();
    poolStacks.beat();
    contexts.beat();
    watchers.beat();
    sampleWaits(waits, modes.waitSamples());
    follows.allow(modes.waitSamples() > 0 ? 'some' : 'none');
    flush();
    cost.beat((now() - at) | 0);
    if (read() > leaseUntil) void leave();
  };
  const timer = hooks.disown(() =>
    timers
      .setInterval(() => {
        // An exception here would be the program's uncaught exception.
        try {
          hooks.unrecorded(tick);
        } catch (error) {
          onProblem('agent-failed', `The agent stopped itself: ${String(error)}`);
          void leave();
        }
      }, config.heartbeatMs)
      .unref(),
  );
  cleanup.push(() => timers.clearInterval(timer));
  modes.start();

  const listHandles = (): RawHandle[] => {
    let list: RawHandle[] = [];
    hooks.unrecorded(() => {
      list = handles.list();
      send({ t: 'handles', time: now(), handles: list });
    });
    return list;
  };

  const stop = async (): Promise<AgentSummary> => {
    // We may be in an interrupt, in the middle of one of our own hooks: a microtask never is.
    await NativePromise.resolve();
    listHandles();
    watchers.settle();
    cleanup.undoAll();
    const endUs = now() >>> 0;
    // What holds the loop from here on is us.
    Atomics.store(ring.ctl, Ctl.Ending, 1);
    if (canSample) await recordLasting(waits, LASTING_US, whoIsHeld);
    pending.clear();
    await transport.finish(outbox);
    return { ...ring.counts(), endUs };
  };

  return {
    info: () => {
      asked = true;
      return { ...processInfo(), startedAt, originUs, problems };
    },
    renew: () => {
      leaseUntil = read() + LEASE_MS * 1000;
    },
    stack: () => readStack('all', 100),
    setMode: (mode, reason) => modes.set(mode, reason),
    handles: listHandles,
    stop: stopOnce,
  };
}
