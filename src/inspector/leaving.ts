import { OWN_URL } from '../agent/protocol.ts';
import type { Connection } from './connection.ts';
import { evaluateWithRequire } from './evaluate.ts';

// What a process is told when we leave it to itself.

/**
 * Takes the option away by which a program waited for us before its first line: children forked later must not inherit
 * it and wait for a debugger.
 * @throws Error when the main thread does not answer
 */
export async function forgetInspectBrk(connection: Connection): Promise<void> {
  await connection.send('Runtime.evaluate', {
    expression: `process.execArgv.splice(0, Infinity, ...process.execArgv.filter((arg) => !arg.startsWith('--inspect-brk=')))\n//# sourceURL=${OWN_URL}leave`,
    silent: true,
  });
}

/**
 * Closes an inspector that was opened for us. Closing waits for our own connection to end, so the process does it a
 * moment later, when we are gone; it need not answer now.
 * @throws Error when it has not answered after `timeoutMs`: it is stuck, and closes its inspector when it goes on
 */
export async function closeInspector(connection: Connection, timeoutMs?: number): Promise<void> {
  const expression = `(function(inspector, timers){ timers.setTimeout(() => inspector.close(), 30).unref(); })(require('node:inspector'), require('node:timers'))`;
  await evaluateWithRequire(connection, expression, { url: `${OWN_URL}leave`, timeoutMs });
}
