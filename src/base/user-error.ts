/**
 * What went wrong, in the terms of the command line's exit codes:
 * `usage` 2, `unreachable` 3 (target not reachable or lost before anything was recorded),
 * `damaged` 4 (input file damaged or of a newer format), `internal` 5.
 */
export type UserErrorCode = 'usage' | 'unreachable' | 'damaged' | 'internal';

/** An error for people: one clear sentence and what to do next. Everything else that is thrown is a defect of ours. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly code: UserErrorCode;
  readonly next: string;

  /** Also for those of another bundle, which has its own copy of this class. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Error[Symbol.hasInstance](value) && (value as Error).name === 'UserError';
  }

  /**
   * @param code what kind of failure it is
   * @param message one sentence: what happened
   * @param next one sentence: what to do about it
   */
  constructor(code: UserErrorCode, message: string, next: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.next = next;
  }
}

/** The sentence and the advice, as they are shown: `Sentence. Advice.` */
export function describeError(error: unknown): string {
  if (error instanceof UserError) return `${error.message} ${error.next}`;
  return error instanceof Error ? error.message : String(error);
}
