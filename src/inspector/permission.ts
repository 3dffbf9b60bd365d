import { UserError } from '../base/user-error.ts';

/**
 * Node's permission model forbids the inspector, and with it every way into the process, unless it is told otherwise.
 * @param args of the command line
 * @param who begins the sentence
 * @throws UserError `unreachable` when these arguments forbid it
 */
export function requireInspectorAllowed(args: readonly string[], who: string): void {
  const forbidden = underPermissions(args) && !args.includes('--allow-inspector');
  if (!forbidden) return;
  throw new UserError(
    'unreachable',
    `${who} runs under Node's permission model, which forbids its inspector, so it cannot be recorded.`,
    'Add --allow-inspector (Node.js 24 and newer), or leave out --permission while you record.',
  );
}

/** Whether a program runs under the permission model: it may then read no more files than it was told. */
export function underPermissions(args: readonly string[]): boolean {
  return args.some((arg) => PERMISSION.test(arg));
}

const PERMISSION = /^--(experimental-)?permission(=|$)/;
