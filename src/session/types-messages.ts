import type { TypedGifts } from '../lint/types/typed-calls.ts';

/** What the thread that knows types is told. */
export type ToTypesWorker =
  /** @param text undefined: as it is on disk */
  | { type: 'gifts'; id: number; file: string; text: string | undefined }
  /** Files were written, made or removed on disk. */
  | { type: 'changed'; files: readonly string[] };

/** Its answer. Without gifts there is a problem, no configuration has the file, or a newer request overtook this one. */
export interface FromTypesWorker {
  id: number;
  gifts?: TypedGifts | undefined;
  /** One sentence. */
  problem?: string | undefined;
}
