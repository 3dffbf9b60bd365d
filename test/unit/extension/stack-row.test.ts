import { expect, test } from 'vitest';
import { chosenRow } from '../../../src/extension/debug/stack-row.ts';

const SESSION = '3f6a-11';
const THREAD = `thread:${SESSION}:100001`;

test.each([
  [
    { sessionId: SESSION, threadId: THREAD },
    { sessionId: SESSION, threadId: 100_001 },
  ],
  [
    { sessionId: SESSION, threadId: THREAD, frameId: `stackframe:${THREAD}:3:pool.cjs` },
    { sessionId: SESSION, threadId: 100_001, frame: 3 },
  ],
  // What a later VS Code may write is no wrong frame.
  [
    { sessionId: SESSION, threadId: THREAD, frameId: 'frame 3' },
    { sessionId: SESSION, threadId: 100_001 },
  ],
  [{ sessionId: SESSION }, undefined],
  [100_001, undefined],
  [undefined, undefined],
])('%j', (context, row) => {
  expect(chosenRow(context)).toEqual(row);
});
