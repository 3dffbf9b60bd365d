import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/model/finding.ts';
import { readFromRecordingView } from '../../../src/model/recording-view.ts';

const findings = [{ rule: 'blocked-loop' }] as Finding[];

describe('readFromRecordingView', () => {
  it.each([
    [{ type: 'ready' }],
    [{ type: 'show-at-lines' }],
    [{ type: 'open', finding: 0 }],
    [{ type: 'explain', rule: 'blocked-loop' }],
  ])('lets through %j', (message) => {
    expect(readFromRecordingView(message, findings)).toEqual(message);
  });

  it.each([
    [undefined],
    [null],
    ['ready'],
    [{ type: 'other' }],
    [{ type: 'open', finding: 1 }],
    [{ type: 'open', finding: '__proto__' }],
    [{ type: 'explain', rule: '../../etc/passwd' }],
  ])('refuses %j', (message) => {
    expect(readFromRecordingView(message, findings)).toBeUndefined();
  });
});
