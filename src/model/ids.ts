import type { Brand } from '../base/brand.ts';

/** Index into {@link RecordingTables.stacks}. */
export type StackId = Brand<number, 'StackId'>;

/** Index into {@link RecordingTables.frames}. */
export type FrameId = Brand<number, 'FrameId'>;
