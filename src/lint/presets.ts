import type { PresetName, RuleName } from './protocol.ts';
import { RULE_NAMES } from './protocol.ts';
import type { Rule } from './source/define-rule.ts';
import alwaysReturn from './rules/always-return.ts';
import awaitThenable from './rules/await-thenable.ts';
import callbackReturn from './rules/callback-return.ts';
import handleCallbackErr from './rules/handle-callback-err.ts';
import missingAwait from './rules/missing-await.ts';
import noAsyncArrayCallback from './rules/no-async-array-callback.ts';
import noAsyncConstructor from './rules/no-async-constructor.ts';
import noAsyncContextLoss from './rules/no-async-context-loss.ts';
import noAsyncEndpointHandlers from './rules/no-async-endpoint-handlers.ts';
import noAsyncInitRace from './rules/no-async-init-race.ts';
import noAsyncInterval from './rules/no-async-interval.ts';
import noAsyncListener from './rules/no-async-listener.ts';
import noAsyncPromiseExecutor from './rules/no-async-promise-executor.ts';
import noAwaitInLoop from './rules/no-await-in-loop.ts';
import noAwaitInPromiseMethods from './rules/no-await-in-promise-methods.ts';
import noBlockingApi from './rules/no-blocking-api.ts';
import noBusyWait from './rules/no-busy-wait.ts';
import noCallbackInPromise from './rules/no-callback-in-promise.ts';
import noCallbackLiteral from './rules/no-callback-literal.ts';
import noDeadListener from './rules/no-dead-listener.ts';
import noDynamicRegexp from './rules/no-dynamic-regexp.ts';
import noFloatingPromises from './rules/no-floating-promises.ts';
import noForAwaitPromises from './rules/no-for-await-promises.ts';
import noFsRace from './rules/no-fs-race.ts';
import noLateAwait from './rules/no-late-await.ts';
import noListenerLeak from './rules/no-listener-leak.ts';
import noMicrotaskStarvation from './rules/no-microtask-starvation.ts';
import noMisusedPromises from './rules/no-misused-promises.ts';
import noMultipleResolved from './rules/no-multiple-resolved.ts';
import noNesting from './rules/no-nesting.ts';
import noProcessExit from './rules/no-process-exit.ts';
import noPromiseConstructorWrap from './rules/no-promise-constructor-wrap.ts';
import noPromiseExecutorReturn from './rules/no-promise-executor-return.ts';
import noPromiseInCallback from './rules/no-promise-in-callback.ts';
import noPromiseRaceLeak from './rules/no-promise-race-leak.ts';
import noPromiseResolveThen from './rules/no-promise-resolve-then.ts';
import noQuadraticLoop from './rules/no-quadratic-loop.ts';
import noQueryInLoop from './rules/no-query-in-loop.ts';
import noRedos from './rules/no-redos.ts';
import noRenderToString from './rules/no-render-to-string.ts';
import noRequireInHandler from './rules/no-require-in-handler.ts';
import noReturnInFinally from './rules/no-return-in-finally.ts';
import noReturnWrap from './rules/no-return-wrap.ts';
import noSinglePromiseInPromiseMethods from './rules/no-single-promise-in-promise-methods.ts';
import noSometimesSyncCallback from './rules/no-sometimes-sync-callback.ts';
import noSuperLinearRegex from './rules/no-super-linear-regex.ts';
import noSwallowedRejection from './rules/no-swallowed-rejection.ts';
import noSync from './rules/no-sync.ts';
import noSyncChildProcess from './rules/no-sync-child-process.ts';
import noSyncCrypto from './rules/no-sync-crypto.ts';
import noSyncInAsync from './rules/no-sync-in-async.ts';
import noSyncInHandler from './rules/no-sync-in-handler.ts';
import noSyncZlib from './rules/no-sync-zlib.ts';
import noThenable from './rules/no-thenable.ts';
import noThreadpoolFlood from './rules/no-threadpool-flood.ts';
import noThrowInAsyncCallback from './rules/no-throw-in-async-callback.ts';
import noTopLevelAwait from './rules/no-top-level-await.ts';
import noTryPromise from './rules/no-try-promise.ts';
import noUnboundedConcurrency from './rules/no-unbounded-concurrency.ts';
import noUnboundedJson from './rules/no-unbounded-json.ts';
import noUnorderedAsync from './rules/no-unordered-async.ts';
import noUnsafeAllSettled from './rules/no-unsafe-all-settled.ts';
import noUnsettledPromise from './rules/no-unsettled-promise.ts';
import preferCatch from './rules/prefer-catch.ts';
import preferHoistedRegex from './rules/prefer-hoisted-regex.ts';
import preferParallelAwaits from './rules/prefer-parallel-awaits.ts';
import preferPipeline from './rules/prefer-pipeline.ts';
import preferPromiseRejectErrors from './rules/prefer-promise-reject-errors.ts';
import preferPromises from './rules/prefer-promises.ts';
import preferPromisify from './rules/prefer-promisify.ts';
import preferStreaming from './rules/prefer-streaming.ts';
import promiseFunctionAsync from './rules/promise-function-async.ts';
import requireAtomicUpdates from './rules/require-atomic-updates.ts';
import requireAwait from './rules/require-await.ts';
import requireBackpressure from './rules/require-backpressure.ts';
import requireClearTimer from './rules/require-clear-timer.ts';
import requireErrorListener from './rules/require-error-listener.ts';
import requireTimeout from './rules/require-timeout.ts';
import returnAwait from './rules/return-await.ts';
import validParams from './rules/valid-params.ts';

/** Every rule by its name. */
export const RULES: Readonly<Record<RuleName, Rule>> = {
  'always-return': alwaysReturn,
  'await-thenable': awaitThenable,
  'callback-return': callbackReturn,
  'handle-callback-err': handleCallbackErr,
  'missing-await': missingAwait,
  'no-async-array-callback': noAsyncArrayCallback,
  'no-async-constructor': noAsyncConstructor,
  'no-async-context-loss': noAsyncContextLoss,
  'no-async-endpoint-handlers': noAsyncEndpointHandlers,
  'no-async-init-race': noAsyncInitRace,
  'no-async-interval': noAsyncInterval,
  'no-async-listener': noAsyncListener,
  'no-async-promise-executor': noAsyncPromiseExecutor,
  'no-await-in-loop': noAwaitInLoop,
  'no-await-in-promise-methods': noAwaitInPromiseMethods,
  'no-blocking-api': noBlockingApi,
  'no-busy-wait': noBusyWait,
  'no-callback-in-promise': noCallbackInPromise,
  'no-callback-literal': noCallbackLiteral,
  'no-dead-listener': noDeadListener,
  'no-dynamic-regexp': noDynamicRegexp,
  'no-floating-promises': noFloatingPromises,
  'no-for-await-promises': noForAwaitPromises,
  'no-fs-race': noFsRace,
  'no-late-await': noLateAwait,
  'no-listener-leak': noListenerLeak,
  'no-microtask-starvation': noMicrotaskStarvation,
  'no-misused-promises': noMisusedPromises,
  'no-multiple-resolved': noMultipleResolved,
  'no-nesting': noNesting,
  'no-process-exit': noProcessExit,
  'no-promise-constructor-wrap': noPromiseConstructorWrap,
  'no-promise-executor-return': noPromiseExecutorReturn,
  'no-promise-in-callback': noPromiseInCallback,
  'no-promise-race-leak': noPromiseRaceLeak,
  'no-promise-resolve-then': noPromiseResolveThen,
  'no-quadratic-loop': noQuadraticLoop,
  'no-query-in-loop': noQueryInLoop,
  'no-redos': noRedos,
  'no-render-to-string': noRenderToString,
  'no-require-in-handler': noRequireInHandler,
  'no-return-in-finally': noReturnInFinally,
  'no-return-wrap': noReturnWrap,
  'no-single-promise-in-promise-methods': noSinglePromiseInPromiseMethods,
  'no-sometimes-sync-callback': noSometimesSyncCallback,
  'no-super-linear-regex': noSuperLinearRegex,
  'no-swallowed-rejection': noSwallowedRejection,
  'no-sync': noSync,
  'no-sync-child-process': noSyncChildProcess,
  'no-sync-crypto': noSyncCrypto,
  'no-sync-in-async': noSyncInAsync,
  'no-sync-in-handler': noSyncInHandler,
  'no-sync-zlib': noSyncZlib,
  'no-thenable': noThenable,
  'no-threadpool-flood': noThreadpoolFlood,
  'no-throw-in-async-callback': noThrowInAsyncCallback,
  'no-top-level-await': noTopLevelAwait,
  'no-try-promise': noTryPromise,
  'no-unbounded-concurrency': noUnboundedConcurrency,
  'no-unbounded-json': noUnboundedJson,
  'no-unordered-async': noUnorderedAsync,
  'no-unsafe-all-settled': noUnsafeAllSettled,
  'no-unsettled-promise': noUnsettledPromise,
  'prefer-catch': preferCatch,
  'prefer-hoisted-regex': preferHoistedRegex,
  'prefer-parallel-awaits': preferParallelAwaits,
  'prefer-pipeline': preferPipeline,
  'prefer-promise-reject-errors': preferPromiseRejectErrors,
  'prefer-promises': preferPromises,
  'prefer-promisify': preferPromisify,
  'prefer-streaming': preferStreaming,
  'promise-function-async': promiseFunctionAsync,
  'require-atomic-updates': requireAtomicUpdates,
  'require-await': requireAwait,
  'require-backpressure': requireBackpressure,
  'require-clear-timer': requireClearTimer,
  'require-error-listener': requireErrorListener,
  'require-timeout': requireTimeout,
  'return-await': returnAwait,
  'valid-params': validParams,
};

/** A rule's options, by rule name. */
type Choices = Readonly<Partial<Record<RuleName, readonly unknown[]>>>;

/** Quiet and precise: what very likely hurts a running server and can be changed. */
const RECOMMENDED: Choices = {
  'await-thenable': [],
  'callback-return': [],
  'handle-callback-err': [],
  'missing-await': [],
  'no-async-array-callback': [],
  'no-async-constructor': [],
  'no-async-context-loss': [],
  'no-async-interval': [],
  'no-async-listener': [{ emitters: 'known' }],
  'no-async-promise-executor': [],
  'no-await-in-loop': [{ where: 'served' }],
  'no-await-in-promise-methods': [],
  'no-blocking-api': [{ breadth: 'handler' }],
  'no-busy-wait': [],
  'no-dead-listener': [],
  'no-dynamic-regexp': [],
  'no-floating-promises': [],
  'no-for-await-promises': [],
  'no-late-await': [],
  'no-microtask-starvation': [],
  'no-misused-promises': [],
  'no-promise-constructor-wrap': [],
  'no-promise-race-leak': [{ where: 'served' }],
  'no-redos': [],
  'no-render-to-string': [],
  'no-single-promise-in-promise-methods': [],
  'no-super-linear-regex': [{ inputs: 'request' }],
  'no-sync-child-process': [{ breadth: 'handler' }],
  'no-sync-crypto': [{ breadth: 'any' }],
  'no-sync-in-handler': [],
  'no-sync-zlib': [{ breadth: 'handler' }],
  'no-thenable': [],
  'no-threadpool-flood': [],
  'no-throw-in-async-callback': [{ where: 'served' }],
  'no-try-promise': [],
  'no-unbounded-concurrency': [],
  'no-unbounded-json': [],
  'no-unsafe-all-settled': [{ where: 'served' }],
  'no-unsettled-promise': [{ where: 'served' }],
  'prefer-parallel-awaits': [{ where: 'served' }],
  'prefer-pipeline': [{ where: 'served' }],
  'require-atomic-updates': [],
  'require-backpressure': [],
  'require-clear-timer': [],
  'require-error-listener': [{ where: 'served' }],
  'require-timeout': [],
  'return-await': [],
  'valid-params': [],
};

/** Where `strict` asks for more than a rule's defaults. */
const STRICT_OPTIONS: Choices = {
  'missing-await': [{ tests: 'report' }],
  'no-async-constructor': [{ survived: 'report' }],
  'no-async-interval': [{ caught: 'report', survived: 'report' }],
  'no-async-listener': [{ survived: 'report' }],
  'no-await-in-loop': [{ certainty: 'any' }],
  'no-blocking-api': [{ breadth: 'any', events: 'any', tolerated: 'report' }],
  'no-dynamic-regexp': [{ origin: 'any' }],
  'no-floating-promises': [{ startUp: 'report', tests: 'report', failures: 'any', survived: 'report' }],
  'no-fs-race': [{ where: 'any' }],
  'no-quadratic-loop': [{ where: 'any' }],
  'no-require-in-handler': [{ own: 'report' }],
  'no-sync-child-process': [{ breadth: 'any', events: 'any' }],
  'no-sync-crypto': [{ breadth: 'any' }],
  'no-redos': [{ startUp: 'report' }],
  'no-sync-in-async': [{ lookUps: 'report' }],
  'no-sync-in-handler': [{ events: 'any' }],
  'no-sync-zlib': [{ breadth: 'any', events: 'any' }],
  'no-threadpool-flood': [{ files: 'report' }],
  'no-unbounded-json': [{ data: 'any' }],
  'prefer-parallel-awaits': [{ certainty: 'any' }],
  'require-timeout': [{ where: 'any' }],
};

/** Matters of taste or of libraries: only for those who ask for them by name. */
const OPT_IN: ReadonlySet<RuleName> = new Set<RuleName>(['no-top-level-await', 'promise-function-async']);

/** `recommended` is quiet and precise; `strict` has every rule but the opt-ins, also where the source alone leaves doubt. */
export const PRESETS: Readonly<Record<PresetName, Choices>> = {
  recommended: RECOMMENDED,
  strict: Object.fromEntries(
    RULE_NAMES.filter((name) => !OPT_IN.has(name)).map((name) => [name, STRICT_OPTIONS[name] ?? []]),
  ),
};
