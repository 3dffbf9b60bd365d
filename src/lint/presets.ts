import type { PresetName, RuleName } from './protocol.ts';
import { RULE_NAMES } from './protocol.ts';
import type { Rule } from './source/define-rule.ts';
import noAwaitInLoop from './rules/no-await-in-loop.ts';
import noBlockingApi from './rules/no-blocking-api.ts';
import noBusyWait from './rules/no-busy-wait.ts';
import noDynamicRegexp from './rules/no-dynamic-regexp.ts';
import noFloatingPromises from './rules/no-floating-promises.ts';
import noMicrotaskStarvation from './rules/no-microtask-starvation.ts';
import noQuadraticLoop from './rules/no-quadratic-loop.ts';
import noRedos from './rules/no-redos.ts';
import noRenderToString from './rules/no-render-to-string.ts';
import noRequireInHandler from './rules/no-require-in-handler.ts';
import noSuperLinearRegex from './rules/no-super-linear-regex.ts';
import noSync from './rules/no-sync.ts';
import noSyncChildProcess from './rules/no-sync-child-process.ts';
import noSyncCrypto from './rules/no-sync-crypto.ts';
import noSyncInAsync from './rules/no-sync-in-async.ts';
import noSyncInHandler from './rules/no-sync-in-handler.ts';
import noSyncZlib from './rules/no-sync-zlib.ts';
import noThreadpoolFlood from './rules/no-threadpool-flood.ts';
import noUnboundedJson from './rules/no-unbounded-json.ts';
import preferHoistedRegex from './rules/prefer-hoisted-regex.ts';
import preferParallelAwaits from './rules/prefer-parallel-awaits.ts';
import preferStreaming from './rules/prefer-streaming.ts';
import requireTimeout from './rules/require-timeout.ts';

/** Every rule by its name. */
export const RULES: Readonly<Record<RuleName, Rule>> = {
  'no-await-in-loop': noAwaitInLoop,
  'no-blocking-api': noBlockingApi,
  'no-busy-wait': noBusyWait,
  'no-dynamic-regexp': noDynamicRegexp,
  'no-floating-promises': noFloatingPromises,
  'no-microtask-starvation': noMicrotaskStarvation,
  'no-quadratic-loop': noQuadraticLoop,
  'no-redos': noRedos,
  'no-render-to-string': noRenderToString,
  'no-require-in-handler': noRequireInHandler,
  'no-super-linear-regex': noSuperLinearRegex,
  'no-sync': noSync,
  'no-sync-child-process': noSyncChildProcess,
  'no-sync-crypto': noSyncCrypto,
  'no-sync-in-async': noSyncInAsync,
  'no-sync-in-handler': noSyncInHandler,
  'no-sync-zlib': noSyncZlib,
  'no-threadpool-flood': noThreadpoolFlood,
  'no-unbounded-json': noUnboundedJson,
  'prefer-hoisted-regex': preferHoistedRegex,
  'prefer-parallel-awaits': preferParallelAwaits,
  'prefer-streaming': preferStreaming,
  'require-timeout': requireTimeout,
};

/** A rule's options, by rule name. */
type Choices = Readonly<Partial<Record<RuleName, readonly unknown[]>>>;

/** Quiet and precise: what very likely hurts a running server and can be changed. */
const RECOMMENDED: Choices = {
  'no-await-in-loop': [],
  'no-blocking-api': [],
  'no-busy-wait': [],
  'no-dynamic-regexp': [],
  'no-floating-promises': [],
  'no-microtask-starvation': [],
  'no-quadratic-loop': [],
  'no-redos': [],
  'no-render-to-string': [],
  'no-require-in-handler': [],
  'no-sync-child-process': [],
  'no-sync-crypto': [{ breadth: 'any' }],
  'no-sync-in-async': [],
  'no-sync-in-handler': [],
  'no-sync-zlib': [],
  'no-threadpool-flood': [],
  'no-unbounded-json': [],
  'prefer-parallel-awaits': [],
  'prefer-streaming': [],
  'require-timeout': [],
};

/** Where `strict` asks for more than a rule's defaults. */
const STRICT_OPTIONS: Choices = {
  'no-await-in-loop': [{ certainty: 'any' }],
  'no-blocking-api': [{ breadth: 'any', tolerated: 'report' }],
  'no-dynamic-regexp': [{ origin: 'any' }],
  'no-floating-promises': [{ startUp: 'report' }],
  'no-quadratic-loop': [{ where: 'any' }],
  'no-sync-child-process': [{ breadth: 'any' }],
  'no-sync-crypto': [{ breadth: 'any' }],
  'no-sync-in-async': [{ lookUps: 'report' }],
  'no-sync-zlib': [{ breadth: 'any' }],
  'no-threadpool-flood': [{ files: 'report' }],
  'prefer-parallel-awaits': [{ certainty: 'any' }],
  'require-timeout': [{ where: 'any' }],
};

/** Matters of taste or of libraries: only for those who ask for them by name. */
const OPT_IN: ReadonlySet<RuleName> = new Set<RuleName>([]);

/** `recommended` is quiet and precise; `strict` has every rule but the opt-ins, also where the source alone leaves doubt. */
export const PRESETS: Readonly<Record<PresetName, Choices>> = {
  recommended: RECOMMENDED,
  strict: Object.fromEntries(
    RULE_NAMES.filter((name) => !OPT_IN.has(name)).map((name) => [name, STRICT_OPTIONS[name] ?? []]),
  ),
};
