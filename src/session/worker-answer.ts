import type { Worker } from 'node:worker_threads';
import { unpackError } from './worker-error.ts';
import type { PackedError } from './worker-error.ts';

/** The last message of a worker that could not do its job. */
interface Failed {
  type: 'failed';
  error: PackedError;
}

/** What the caller of {@link answerOf} sees to: all messages but `failed`. */
export interface AnswerPorts<Message extends { type: string }, Answer> {
  onMessage: (
    message: Exclude<Message, Failed>,
    resolve: (answer: Answer) => void,
    reject: (error: Error) => void,
  ) => void;
  /** The error of a worker that ended without having answered. */
  onExit: (code: number) => Error;
}

/**
 * The answer of a worker thread that does one job.
 * @throws the error that it packed, its uncaught exception, or that of `onExit`
 */
export function answerOf<Message extends { type: string }, Answer>(
  worker: Worker,
  { onMessage, onExit }: AnswerPorts<Message, Answer>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: Exclude<Message, Failed> | Failed) => {
      if (message.type === 'failed') reject(unpackError((message as Failed).error));
      else onMessage(message as Exclude<Message, Failed>, resolve, reject);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(onExit(code)));
  });
}
