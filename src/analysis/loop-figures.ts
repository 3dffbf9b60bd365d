import type { Measured } from './measured.ts';

/** Share of the time that the loop was not idle, 0..1: at work, or with an immediate due, so that it does not wait. */
export function utilizationOf(measured: Measured): number {
  return Math.max(workingShareOf(measured), measured.immediates.dueShare());
}

/** Share of the time that the loop was at work, 0..1. */
export function workingShareOf({ profile, heartbeats }: Measured): number {
  return profile.busyShare() ?? heartbeats.utilization();
}

/** Share of the time in garbage collection, 0..1: as Node counts it, or where nothing was heard of it, by the profile. */
export function gcShareOf({ collections, profile, observedUs }: Measured): number {
  if (collections.totalUs > 0) return Math.min(1, collections.totalUs / observedUs);
  return profile.shareOf('gc') ?? 0;
}

/** Share of the time in which others had to wait for what held the loop, 0..1. */
export function heldShareOf({ holds, observedUs }: Measured): number {
  return Math.min(1, holds.reduce((sum, { heldUs }) => sum + heldUs, 0) / observedUs);
}
