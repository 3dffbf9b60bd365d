import { expect, test } from 'vitest';
import { createStackTable, parseStack, readStack } from '../../../src/agent/stacks.ts';
import type { RawFrame } from '../../../src/agent/protocol.ts';

test('reads frames out of the text of a stack', () => {
  const text = [
    'Error: boom at (somewhere:1:2)',
    '    at handler (/app/server.js:9:27)',
    '    at async Pool.acquire (file:///app/pool.mjs:12:5)',
    '    at /app/anonymous.js:3:4',
    '    at async C:\\app\\win.js:5:6',
    '    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)',
    '    at new Promise (<anonymous>)',
    '    at <anonymous>',
  ].join('\n');
  expect(parseStack(text)).toEqual([
    ['handler', '/app/server.js', 9, 27, 0],
    ['Pool.acquire', 'file:///app/pool.mjs', 12, 5, 1],
    ['', '/app/anonymous.js', 3, 4, 0],
    ['', 'C:\\app\\win.js', 5, 6, 1],
    ['process.processTicksAndRejections', 'node:internal/process/task_queues', 105, 5, 0],
  ] satisfies RawFrame[]);
});

test('reads the stack and puts back what the program had set', () => {
  const before = Object.getOwnPropertyDescriptors(Error);
  const frames = readStack('all', 5);
  expect(frames.length).toBeGreaterThan(0);
  expect(Object.getOwnPropertyDescriptors(Error)).toEqual(before);
});

test('the same stack gets the same number, and a full table says none', () => {
  const sent: number[] = [];
  const table = createStackTable(2, (i) => sent.push(i));
  const frames = (line: number): RawFrame[] => [['f', 'a.js', line, 1, 0]];
  expect([frames(1), frames(2), frames(1), [], frames(3)].map((f) => table.add(f))).toEqual([1, 2, 1, 0, 0]);
  expect(sent).toEqual([1, 2]);
});
