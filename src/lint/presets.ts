import type { PresetName, RuleName } from './protocol.ts';
import type { Rule } from './source/define-rule.ts';
import noAwaitInLoop from './rules/no-await-in-loop.ts';
import noBlockingApi from './rules/no-blocking-api.ts';
import noBusyWait from './rules/no-busy-wait.ts';
import noFloatingPromises from './rules/no-floating-promises.ts';
import noRedos from './rules/no-redos.ts';
import noSuperLinearRegex from './rules/no-super-linear-regex.ts';
import noSync from './rules/no-sync.ts';
import noSyncChildProcess from './rules/no-sync-child-process.ts';
import noSyncCrypto from './rules/no-sync-crypto.ts';
import noSyncInAsync from './rules/no-sync-in-async.ts';
import noSyncInHandler from './rules/no-sync-in-handler.ts';
import noSyncZlib from './rules/no-sync-zlib.ts';
import noUnboundedJson from './rules/no-unbounded-json.ts';
import preferParallelAwaits from './rules/prefer-parallel-awaits.ts';

/** Every rule by its name. */
export const RULES: Readonly<Record<RuleName, Rule>> = {
  'no-await-in-loop': noAwaitInLoop,
  'no-blocking-api': noBlockingApi,
  'no-busy-wait': noBusyWait,
  'no-floating-promises': noFloatingPromises,
  'no-redos': noRedos,
  'no-super-linear-regex': noSuperLinearRegex,
  'no-sync': noSync,
  'no-sync-child-process': noSyncChildProcess,
  'no-sync-crypto': noSyncCrypto,
  'no-sync-in-async': noSyncInAsync,
  'no-sync-in-handler': noSyncInHandler,
  'no-sync-zlib': noSyncZlib,
  'no-unbounded-json': noUnboundedJson,
  'prefer-parallel-awaits': preferParallelAwaits,
};

/** `off`, or the rule's options. */
type Choice = 'off' | readonly unknown[];

/** `recommended` is quiet and precise; `strict` has every rule, also where the source alone leaves doubt. */
export const PRESETS: Readonly<Record<PresetName, Readonly<Partial<Record<RuleName, Choice>>>>> = {
  recommended: {
    'no-await-in-loop': [],
    'no-blocking-api': [],
    'no-busy-wait': [],
    'no-floating-promises': [],
    'no-redos': [],
    'no-sync-child-process': [],
    'no-sync-crypto': [{ breadth: 'any' }],
    'no-sync-in-async': [],
    'no-sync-in-handler': [],
    'no-sync-zlib': [],
    'no-unbounded-json': [],
    'prefer-parallel-awaits': [],
  },
  strict: {
    'no-await-in-loop': [{ certainty: 'any' }],
    'no-blocking-api': [{ breadth: 'any', tolerated: 'report' }],
    'no-busy-wait': [],
    'no-floating-promises': [{ startUp: 'report' }],
    'no-redos': [],
    'no-super-linear-regex': [],
    'no-sync': [],
    'no-sync-child-process': [{ breadth: 'any' }],
    'no-sync-crypto': [{ breadth: 'any' }],
    'no-sync-in-async': [{ lookUps: 'report' }],
    'no-sync-in-handler': [],
    'no-sync-zlib': [{ breadth: 'any' }],
    'no-unbounded-json': [],
    'prefer-parallel-awaits': [{ certainty: 'any' }],
  },
};
