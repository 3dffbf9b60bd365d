import type { Brand } from '../base/brand.ts';

/** Microseconds: durations, or points in time counted from the start of the recording. */
export type Micros = Brand<number, 'µs'>;

/** Milliseconds. */
export type Millis = Brand<number, 'ms'>;

/** Bytes. */
export type Bytes = Brand<number, 'bytes'>;

export const microsToMillis = (value: number): number => value / 1000;

/** Rounds to one decimal: what people and the JSON contract see of milliseconds. */
export const round1 = (value: number): number => Math.round(value * 10) / 10;
