import { describe, expect, it } from 'vitest';
import { statusText } from '../../../src/extension/record/status-text.ts';
import type { RecordProgress } from '../../../src/session/contract.ts';

describe('statusText', () => {
  it('shows time and delay while recording, and its own cost in the tooltip', () => {
    const status = recording({ elapsedMs: 67_000, delayP99Ms: 12.4, overheadShare: 0.04, events: 812_345 });
    expect(status).toMatchObject({ text: '$(record) 1:07  $(pulse) 12 ms', warn: false });
    expect(status?.tooltip).toContain("4 % of the main thread's CPU");
    expect(status?.tooltip).toContain('812,345, none lost');
    expect(status?.tooltip).toContain('command:looplens.stop');
  });

  it('warns from the threshold on, and says which', () => {
    const status = recording({ delayP99Ms: 50 });
    expect(status?.warn).toBe(true);
    expect(status?.tooltip).toContain('over your threshold of 50 ms');
  });

  it('tells what was lost', () => {
    expect(recording({ dropped: 17 })?.tooltip).toContain('17 lost');
  });

  it('says what it waits for before and after', () => {
    expect(
      statusText({ phase: 'recording', name: 'a.js', progress: undefined, stopping: false }, 50)?.text,
    ).toMatch(/connecting$/);
    expect(
      statusText({ phase: 'recording', name: 'a.js', progress: undefined, stopping: true }, 50)?.text,
    ).toMatch(/finishing$/);
    expect(statusText({ phase: 'analyzing', name: 'a.js' }, 50)?.text).toMatch(/analyzing$/);
  });

  it('is not there when nothing is under way', () => {
    expect(statusText({ phase: 'idle' }, 50)).toBeUndefined();
  });
});

function recording(changes: Partial<RecordProgress>) {
  const progress: RecordProgress = {
    phase: 'recording',
    elapsedMs: 0,
    events: 0,
    dropped: 0,
    delayP99Ms: 0,
    overheadShare: 0,
    ...changes,
  };
  return statusText({ phase: 'recording', name: 'a.js', progress, stopping: false }, 50);
}
