import { describe, expect, it } from 'vitest';
import { ThreadPasses } from '../../../src/analysis/thread-passes.ts';
import { Op, RequestKind } from '../../../src/model/event.ts';

const [PARSER, SESSION, TICK] = [1, 2, 3];
const tables = {
  types: ['', 'HTTPINCOMINGMESSAGE', 'HTTP2SESSION', 'TickObject'],
  labels: ['', 'POST /orders', 'GET /orders'],
  frames: [],
  stacks: [[]],
};

/** Which request each tick belongs to. */
function requestsOf(ticks: readonly number[], events: number[][]): number[] {
  const passes = new ThreadPasses({ tables, attached: 'from-start', threadPoolSize: 4 });
  passes.walker.feed(Int32Array.from(events.flat()));
  return ticks.map((id) => passes.work.ids.request(id));
}

const init = (type: number, id: number, execution = 0) => [Op.Init | (type << 8), id, execution, execution];
const runs = (id: number, us: number, ...inside: number[][]) => [
  [Op.Before, id, us, 0],
  ...inside,
  [Op.After, id, us + 10, 0],
];
const comes = (request: number, us: number, label: number, kind: number) => [
  Op.RequestStart | (kind << 8),
  request,
  us,
  label,
];

describe('whose work it is', () => {
  it('of a connection, what its parser brings until the response has ended: the body may come in packets of its own', () => {
    const events = [
      init(PARSER, 40),
      ...runs(40, 1_000, comes(1, 1_000, 1, RequestKind.Http)),
      ...runs(40, 2_000, init(TICK, 50, 40)),
      ...runs(50, 2_020, [Op.RequestEnd | (200 << 8), 1, 2_025, 0]),
      // The next one comes by the same connection, or nothing does.
      ...runs(40, 3_000, init(TICK, 52, 40)),
      ...runs(40, 4_000, comes(2, 4_000, 2, RequestKind.Http), init(TICK, 54, 40)),
      ...runs(40, 5_000, init(TICK, 56, 40)),
    ];
    expect(requestsOf([50, 52, 54, 56], events)).toEqual([1, 0, 2, 2]);
  });

  it('of a promise that begins again: nobody, for that is the recorder, which asks who waits for it', () => {
    const events = [
      init(PARSER, 40),
      ...runs(40, 1_000, comes(1, 1_000, 1, RequestKind.Http), init(0, 51, 40)),
      ...runs(51, 2_000, init(TICK, 60, 51)),
      ...runs(51, 3_000, init(TICK, 62, 51)),
    ];
    expect(requestsOf([60, 62], events)).toEqual([1, 0]);
  });

  it('of an execution in which collections are told: nobody, for that is the recorder', () => {
    const passes = new ThreadPasses({ tables, attached: 'from-start', threadPoolSize: 4 });
    const told = runs(50, 2_000, [Op.Gc | (1 << 8), 300, 1_500, 0], [Op.Gc | (1 << 8), 300, 1_800, 0]);
    passes.walker.feed(Int32Array.from([...runs(40, 1_000), ...told, ...runs(40, 3_000)].flat()));
    const { spans } = passes.work;
    expect(Array.from({ length: spans.length }, (_, i) => spans.start(i))).toEqual([1_000, 3_000]);
  });

  it('of an HTTP/2 session nobody knows: it brings several at once', () => {
    const events = [
      init(SESSION, 40),
      ...runs(40, 1_000, comes(1, 1_000, 1, RequestKind.Http2)),
      ...runs(40, 2_000, init(TICK, 50, 40)),
    ];
    expect(requestsOf([50], events)).toEqual([0]);
  });
});
