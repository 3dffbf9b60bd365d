import { expect, test } from 'vitest';
import type { RawProfile } from '../../../src/inspector/ports.ts';
import { cutProfile, overheadShare } from '../../../src/recorder/profile.ts';

const node = (id: number, functionName: string, url: string): RawProfile['nodes'][number] => ({
  id,
  callFrame: { functionName, scriptId: '1', url, lineNumber: 0, columnNumber: 0 },
});

/** The program runs for three samples, then we for three. */
const RAW: RawProfile = {
  nodes: [node(1, 'serve', 'file:///app.js'), node(2, 'stop', 'looplens:agent')],
  startTime: 1000,
  endTime: 1700,
  samples: [1, 1, 1, 2, 2, 2],
  timeDeltas: [100, 100, 100, 100, 100, 100],
};

test('a profile ends with the recording, and what we do after that costs nothing', () => {
  expect(overheadShare(RAW)).toBe(0.5);
  const cut = cutProfile(RAW, 1350);
  expect(cut).toMatchObject({ endTime: 1350, samples: [1, 1, 1], timeDeltas: [100, 100, 100] });
  expect(overheadShare(cut)).toBe(0);
  expect(cutProfile(RAW, 1700)).toBe(RAW);
  expect(cutProfile(RAW, Infinity)).toBe(RAW);
  expect(cutProfile(RAW, 500)).toMatchObject({ endTime: 1000, samples: [], timeDeltas: [] });
});
