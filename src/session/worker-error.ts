import { UserError, type UserErrorCode } from '../base/user-error.ts';

/** An error on its way between threads: structured cloning would lose the class and its advice. */
export type PackedError =
  | { kind: 'user'; code: UserErrorCode; message: string; next: string }
  | { kind: 'defect'; message: string; stack: string };

/** Makes any thrown value fit for `postMessage`. */
export function packError(error: unknown): PackedError {
  if (error instanceof UserError) {
    return { kind: 'user', code: error.code, message: error.message, next: error.next };
  }
  if (error instanceof Error) return { kind: 'defect', message: error.message, stack: error.stack ?? '' };
  return { kind: 'defect', message: String(error), stack: '' };
}

/** The error that {@link packError} packed: a {@link UserError} again, or an Error with the stack of the other thread. */
export function unpackError(packed: PackedError): Error {
  if (packed.kind === 'user') return new UserError(packed.code, packed.message, packed.next);
  const error = new Error(packed.message);
  if (packed.stack) error.stack = packed.stack;
  return error;
}
