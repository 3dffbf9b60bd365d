// When executions begin and end that are queued, and for which no clock is read of their own.
import { expect, test } from 'vitest';
import { Op } from '../../src/model/event.ts';
import { runWithAgent } from './agent-host.ts';

/** Says what the time was at each place; between any two of them the program computes for 50 ms. */
const PROGRAM = `
const { originUs } = agent.info();
const seen = [];
const look = (name) => {
  seen.push([name, Number(process.hrtime.bigint() / 1000n) - originUs]);
  for (const end = Date.now() + 50; Date.now() < end; );
};
process.nextTick(() => {
  look('tick');
  process.nextTick(look, 'tick of the tick');
  void Promise.resolve().then(() => look('reaction'));
  queueMicrotask(() => look('microtask'));
});
look('script');
setTimeout(() => {
  process.nextTick(look, 'tick of the timer');
  look('timer');
}, 1);
process.on('exit', () => console.log(JSON.stringify(seen)));
`;
/** How far the two clocks may be apart, µs. */
const CLOCKS_US = 5_000;

test.each([18, 20, 24, 26])('each begins behind what ran before it, on Node %i', async (major) => {
  const { stdout, stderr, events } = await runWithAgent(major, PROGRAM);
  expect(stderr).toBe('');
  const seen = JSON.parse(stdout) as [name: string, us: number][];
  expect(seen.map(([name]) => name)).toEqual([
    'script',
    'tick',
    'tick of the tick',
    'reaction',
    'microtask',
    'timer',
    'tick of the timer',
  ]);
  const begins = new Map<number, number>();
  const executions: { from: number; to: number }[] = [];
  for (const { op, id, a } of events) {
    if (op === Op.Before) begins.set(id, a);
    else if (op === Op.After && begins.has(id)) executions.push({ from: begins.get(id)!, to: a });
  }
  for (const [k, [name, us]] of seen.entries()) {
    const around = executions.filter(({ from, to }) => from < us + CLOCKS_US && to > us + CLOCKS_US);
    // The script itself is in no execution.
    expect(around, name).toHaveLength(name === 'script' ? 0 : 1);
    if (k > 0) expect(around[0]!.from, name).toBeGreaterThan(seen[k - 1]![1] + CLOCKS_US);
  }
});
