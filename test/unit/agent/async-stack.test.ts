import v8 from 'node:v8';
import { expect, test } from 'vitest';
import { createStackReader } from '../../../src/agent/async-stack.ts';
import type { RawFrame } from '../../../src/agent/protocol.ts';

const read = createStackReader();
const stackOf = (promise: object): Promise<RawFrame[]> => new Promise((resolve) => read(promise, resolve));
const names = (frames: RawFrame[]): string[] => frames.map(([name]) => name);

test('tells who awaits a promise, each of several asked at once its own', async () => {
  const never: Promise<void>[] = [0, 1].map(() => new Promise(() => undefined));
  async function inner(which: number): Promise<void> {
    await never[which];
  }
  async function first(): Promise<void> {
    await inner(0);
  }
  async function second(): Promise<void> {
    await inner(1);
  }
  void first();
  void second();
  const [one, two] = await Promise.all(never.map(stackOf));
  expect(names(one!)).toEqual(['inner', 'first']);
  expect(names(two!)).toEqual(['inner', 'second']);
});

test('leaves the promises of the process as fast as they were', async () => {
  // One-way: once V8 sees a species of its own, it takes the slow path for every promise from then on.
  v8.setFlagsFromString('--allow-natives-syntax');
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- only parsed where V8's own functions are allowed
  const intact = new Function('return %PromiseSpeciesProtector()') as () => boolean;
  expect(intact()).toBe(true);
  await stackOf(new Promise(() => undefined));
  expect(intact()).toBe(true);
});
