import type { Runtime } from 'node:inspector';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { DebugMessage } from '../inspector/debug-support.ts';
import type { Breakpoints } from './breakpoints.ts';
import { describeValue } from './describe-value.ts';
import type { Inspection } from './inspection.ts';
import type { Loop } from './loop.ts';
import type { Conventions } from './sources.ts';

type Output = DebugProtocol.OutputEvent['body'];

/** What `console.log` and its like said, with the line that said it; objects can be opened. */
export function consoleOutput(
  loop: Loop,
  event: Runtime.ConsoleAPICalledEventDataType,
  inspection: Inspection,
): Output {
  const category = ['error', 'warning', 'assert', 'trace'].includes(event.type) ? 'stderr' : 'stdout';
  const text = event.args
    .map((arg) => (arg.type === 'string' ? String(arg.value) : describeValue(arg)))
    .join(' ');
  const objects = event.args.filter((arg) => arg.objectId !== undefined);
  const reference =
    objects.length === 1 ? inspection.show(loop, objects[0]!, undefined).variablesReference : 0;
  const top = event.stackTrace?.callFrames[0];
  const place = top && loop.scripts.place(top.scriptId, { line: top.lineNumber, column: top.columnNumber });
  return {
    category,
    output: `${text}\n`,
    ...(reference === 0 ? {} : { variablesReference: reference }),
    ...(place ? inspection.location(loop, place) : {}),
  };
}

/** What a log point said, or why a condition failed, at its line. */
export function supportOutput(
  message: DebugMessage,
  breakpoints: Breakpoints,
  { lineBase }: Conventions,
): Output {
  const at = breakpoints.find(message.id);
  const where =
    at?.source.kind === 'file' ? { source: { path: at.source.file }, line: at.place.line + lineBase } : {};
  return message.t === 'log'
    ? { category: 'stdout', output: `${message.text}\n`, ...where }
    : {
        category: 'stderr',
        output: `The condition of a breakpoint failed: ${message.text.split('\n', 1)[0]!}\n`,
        ...where,
      };
}
