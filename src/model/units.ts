/** Rounds to one decimal: what people and the JSON contract see of milliseconds. */
export const round1 = (value: number): number => Math.round(value * 10) / 10;

/** µs as ms. */
export const microsToMillis = (value: number): number => value / 1000;
