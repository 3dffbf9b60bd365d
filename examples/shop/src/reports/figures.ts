export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The value in the middle; 0 when there is none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
