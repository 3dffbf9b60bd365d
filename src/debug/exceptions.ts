import type { Debugger, Runtime } from 'node:inspector';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError } from '../base/user-error.ts';
import type { Watches } from '../inspector/debug-support.ts';
import { describeValue } from './describe-value.ts';
import type { Loop } from './loop.ts';

/** The breakpoints on asynchrony, and the figure that each has unless a condition gives another. */
export const ASYNC_LIMITS = {
  'loop-blocked': 200,
  'callback-long': 100,
  'microtasks-long': 100,
  'promise-pending': 10_000,
} as const;

type Limited = keyof typeof ASYNC_LIMITS;

const CONDITION = 'An expression; "error" is what was thrown: error instanceof TypeError';

/** What the client offers under exceptions. */
export const EXCEPTION_FILTERS: DebugProtocol.ExceptionBreakpointsFilter[] = [
  { filter: 'all', label: 'Caught Exceptions', supportsCondition: true, conditionDescription: CONDITION },
  {
    filter: 'uncaught',
    label: 'Uncaught Exceptions',
    default: true,
    supportsCondition: true,
    conditionDescription: CONDITION,
  },
  limited(
    'loop-blocked',
    'Loop Blocked',
    'The event loop is held: stops in the function that holds it, while it runs',
  ),
  limited('callback-long', 'Long Callback', 'One callback runs for long: stops in it while it runs'),
  limited(
    'microtasks-long',
    'Long Microtask Drain',
    'Microtasks follow microtasks and starve the loop: stops in one',
  ),
  limited(
    'promise-pending',
    'Promise Pending',
    'A promise that is awaited stays pending: shows who waits for it',
  ),
  {
    filter: 'sync-in-request',
    label: 'Synchronous Call in a Request',
    description:
      'A function that holds the loop (readFileSync, execSync, pbkdf2Sync) is called while a request is served',
  },
  {
    filter: 'unhandled-rejection',
    label: 'Unhandled Rejection',
    description: 'A promise was rejected and nobody handles it: shows where its error was made',
  },
  {
    filter: 'context-lost',
    label: 'AsyncLocalStorage Store Lost',
    description:
      'A request is answered outside of its async context, or a place that always read a store reads none',
  },
];

function limited(
  filter: Limited,
  label: string,
  description: string,
): DebugProtocol.ExceptionBreakpointsFilter {
  const standard = ASYNC_LIMITS[filter];
  const shown = standard >= 1000 ? `${standard / 1000} s` : `${standard} ms`;
  return {
    filter,
    label,
    description,
    supportsCondition: true,
    conditionDescription: `For longer than: 250 ms, 2 s. Default ${shown}.`,
  };
}

/** What is to stop the program besides breakpoints. */
export interface ExceptionSettings {
  /** Conditions, '' for always; undefined: off. */
  caught: string | undefined;
  uncaught: string | undefined;
  /** Limits in ms. */
  limits: Partial<Record<Limited, number>>;
  syncInRequest: boolean;
  unhandledRejection: boolean;
  contextLost: boolean;
}

/** One answer for each filter that was asked for, in order: problems of a condition are told there. */
export interface ReadExceptions {
  settings: ExceptionSettings;
  answers: DebugProtocol.Breakpoint[];
}

/** Reads the request; never fails: what cannot be read is off, and its answer says why. */
export function readExceptionFilters(
  args: DebugProtocol.SetExceptionBreakpointsArguments,
  company: 'alone' | 'shared',
): ReadExceptions {
  const settings: ExceptionSettings = {
    caught: undefined,
    uncaught: undefined,
    limits: {},
    syncInRequest: false,
    unhandledRejection: false,
    contextLost: false,
  };
  const wanted = [
    ...args.filters.map((filterId) => ({ filterId, condition: '' })),
    ...(args.filterOptions ?? []).map(({ filterId, condition }) => ({
      filterId,
      condition: condition ?? '',
    })),
  ];
  const answers = wanted.map(({ filterId, condition }): DebugProtocol.Breakpoint => {
    if (company === 'shared' && (filterId === 'all' || filterId === 'uncaught')) {
      return { verified: false, message: 'The other debugger of this process stops at exceptions.' };
    }
    if (filterId === 'all') settings.caught = condition;
    else if (filterId === 'uncaught') settings.uncaught = condition;
    else if (filterId === 'sync-in-request') settings.syncInRequest = true;
    else if (filterId === 'unhandled-rejection') settings.unhandledRejection = true;
    else if (filterId === 'context-lost') settings.contextLost = true;
    else if (Object.hasOwn(ASYNC_LIMITS, filterId)) {
      const filter = filterId as Limited;
      const ms = condition.trim() === '' ? ASYNC_LIMITS[filter] : readDuration(condition);
      if (ms === undefined) {
        return { verified: false, message: `"${condition}" is no time: write 250 ms or 2 s.` };
      }
      settings.limits[filter] = ms;
    } else return { verified: false, message: `There is no exception filter "${filterId}".` };
    return { verified: true };
  });
  return { settings, answers };
}

/** What has to watch inside the process for these settings. */
export function watchesOf({
  limits,
  syncInRequest,
  unhandledRejection,
  contextLost,
}: ExceptionSettings): Watches {
  return {
    ...(limits['loop-blocked'] === undefined ? {} : { loop: true }),
    ...(limits['callback-long'] === undefined && limits['microtasks-long'] === undefined
      ? {}
      : { callbacks: true }),
    ...(limits['promise-pending'] === undefined ? {} : { pendingMs: limits['promise-pending'] }),
    ...(unhandledRejection ? { rejections: true } : {}),
    ...(syncInRequest ? { requests: true } : {}),
    ...(contextLost ? { context: true } : {}),
  };
}

/** What V8 has to stop at. */
export function pauseState({ caught, uncaught }: ExceptionSettings): 'none' | 'uncaught' | 'all' {
  if (caught !== undefined) return 'all';
  return uncaught === undefined ? 'none' : 'uncaught';
}

/** What was thrown, at a stop by an exception. */
export function thrownAt(
  event: Debugger.PausedEventDataType,
): (Runtime.RemoteObject & { uncaught?: boolean }) | undefined {
  if (event.reason !== 'exception' && event.reason !== 'promiseRejection') return undefined;
  return event.data as (Runtime.RemoteObject & { uncaught?: boolean }) | undefined;
}

/** Whether a thrown value stops the program. */
export async function stopsAt(
  loop: Loop,
  thrown: Runtime.RemoteObject & { uncaught?: boolean },
  { caught, uncaught }: ExceptionSettings,
): Promise<boolean> {
  // V8 foretells whether somebody will handle it.
  const condition = thrown.uncaught === true ? uncaught : caught;
  if (condition === undefined) return false;
  if (condition.trim() === '') return true;
  const argument =
    thrown.objectId === undefined ? { value: thrown.value as unknown } : { objectId: thrown.objectId };
  const holder = await loop.evaluate('globalThis', undefined, { silent: true });
  if (holder.result.objectId === undefined) return true;
  const answer = await loop.call(
    holder.result.objectId,
    `function(error) { return !!(${condition}\n); }`,
    [argument],
    {
      returnByValue: true,
    },
  );
  return answer.result.value === true;
}

/** The body of `exceptionInfo`. @throws UserError when the thread is not stopped at an exception */
export function exceptionInfo(
  pause: { event: Debugger.PausedEventDataType } | undefined,
): DebugProtocol.ExceptionInfoResponse['body'] {
  const thrown = pause && thrownAt(pause.event);
  if (!thrown)
    throw new UserError('usage', 'The thread is not stopped at an exception.', 'Stop at one first.');
  return thrownInfo(thrown, thrown.uncaught === true ? 'unhandled' : 'always');
}

/** A thrown value as the client shows it. */
export function thrownInfo(
  thrown: Runtime.RemoteObject,
  breakMode: DebugProtocol.ExceptionBreakMode,
): DebugProtocol.ExceptionInfoResponse['body'] {
  const whole = describeValue(thrown, 'whole');
  return {
    exceptionId: thrown.className ?? thrown.type,
    description: whole.split('\n', 1)[0] ?? whole,
    breakMode,
    details: { typeName: thrown.className ?? thrown.type, stackTrace: whole },
  };
}

/** `250`, `250 ms`, `2 s`, `1m` in ms. */
function readDuration(text: string): number | undefined {
  const match = /^\s*>?\s*(\d{1,9}(?:\.\d{1,3})?)\s*(ms|s|m)?\s*$/.exec(text);
  if (!match) return undefined;
  const ms = Number(match[1]) * { ms: 1, s: 1000, m: 60_000 }[(match[2] ?? 'ms') as 'ms' | 's' | 'm'];
  return ms > 0 ? ms : undefined;
}
