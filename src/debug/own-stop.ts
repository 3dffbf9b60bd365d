import type { Debugger } from 'node:inspector';
import { SUPPORT_URL } from '../inspector/debug-support.ts';
import { pastCallers } from './async-callers.ts';
import { thrownInfo } from './exceptions.ts';
import type { ExceptionSettings } from './exceptions.ts';
import type { Loop } from './loop.ts';
import type { Stop } from './loop-control.ts';

/** What is said at a stop of our own part inside the process; undefined at any other. */
export async function ownStop(
  loop: Loop,
  { callFrames: [top] }: Debugger.PausedEventDataType,
  { limits }: ExceptionSettings,
): Promise<Stop | undefined> {
  if (top?.functionName !== 'stopHere' || loop.scripts.get(top.location.scriptId)?.url !== SUPPORT_URL)
    return undefined;
  const reason = (await loop.evaluate('arguments[0]', top, { silent: true })).result.value as string;
  if (reason === 'context-lost') {
    const { result } = await loop.evaluate('arguments[1]', top, { silent: true });
    return { reason: 'exception', description: 'Async context lost', text: String(result.value) };
  }
  if (reason !== 'unhandled-rejection') {
    const seconds = (limits['promise-pending'] ?? 0) / 1000;
    return {
      reason: 'exception',
      description: 'Promise pending',
      text: `A promise has been pending for more than ${seconds} s while it is awaited`,
    };
  }
  const { result } = await loop.evaluate('arguments[1]', top, {
    silent: true,
    generatePreview: true,
  });
  const exception = thrownInfo(result, 'unhandled');
  const trace = await loop.evaluate('arguments[2]', top, { silent: true, returnByValue: true });
  return {
    reason: 'exception',
    description: 'Unhandled rejection',
    text: `Nobody handles: ${exception.description ?? ''}`,
    exception,
    origin: pastCallers(trace.result.value),
  };
}
