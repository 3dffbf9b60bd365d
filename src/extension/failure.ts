import * as vscode from 'vscode';
import { describeError, UserError } from '../base/user-error.ts';

/** A way out that an error offers. */
export interface Remedy {
  title: string;
  run(): unknown;
}

/** Tells the user about an error in one message with at most two buttons, and the log everything. Does not wait. */
export function showFailure(error: unknown, log: vscode.LogOutputChannel, remedy?: Remedy): void {
  log.error(error instanceof Error ? error : String(error));
  const openLog: Remedy = { title: 'Show Log', run: () => log.show() };
  const text = error instanceof UserError ? describeError(error) : `LoopLens failed: ${describeError(error)}`;
  const remedies = remedy ? [remedy, openLog] : [openLog];
  void vscode.window.showErrorMessage(text, ...remedies).then((chosen) => chosen?.run());
}

/** `run`, with what it throws shown to the user instead. */
export function guarded<A extends unknown[]>(
  log: vscode.LogOutputChannel,
  run: (...args: A) => unknown,
): (...args: A) => Promise<void> {
  return async (...args) => {
    try {
      await run(...args);
    } catch (error) {
      showFailure(error, log);
    }
  };
}

/** An error as a page says it. */
export function failureWords(error: unknown): { message: string; next: string } {
  if (error instanceof UserError) return { message: error.message, next: error.next };
  return { message: describeError(error), next: 'The LoopLens log has the details.' };
}
