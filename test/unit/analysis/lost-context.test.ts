import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.ts';
import { Op } from '../../../src/model/event.ts';
import type { SourceFacts } from '../../../src/model/source-facts.ts';
import { node, own, RecordingBuilder } from './build-recording.ts';
import type { Fn } from './build-recording.ts';
import { golden } from './golden.ts';

// app.js   10 function handle() {          pool.js   30 release() {
//          11   acquire(() => {                      31   callback()
//          12     work()                             32 }
//          13   })
//          14 }
const FACTS: SourceFacts[] = [
  {
    file: '/app/app.js',
    independentAwaits: [],
    calls: [],
    functionRanges: [
      { start: { line: 10, column: 1 }, end: { line: 14, column: 2 } },
      { start: { line: 11, column: 11 }, end: { line: 13, column: 4 } },
    ],
  },
  {
    file: '/app/pool.js',
    independentAwaits: [],
    calls: [],
    functionRanges: [{ start: { line: 30, column: 1 }, end: { line: 32, column: 2 } }],
  },
];
const handle: Fn = { ...own('app.js', 'handle', 11), column: 3 };
const callback: Fn = { ...own('app.js', '', 12), column: 5 };
const release: Fn = { ...own('pool.js', 'release', 31), column: 3 };
const run = node('internal/async_local_storage/async_context_frame', 'AsyncLocalStorage.run');
const exit = node('internal/async_local_storage/async_context_frame', 'AsyncLocalStorage.exit');

/** A program whose requests hand a callback to a pool; `look` says what was seen of the k-th. */
function recording(look: (pen: Pen, k: number) => void): string {
  const r = new RecordingBuilder();
  const socket = r.resource('TCPWRAP', 1);
  let id = 1_000;
  for (let k = 0; k < 6; k++) {
    const ms = 100 + k * 500;
    const samples: {
      id: number;
      execution: number;
      stack: ReturnType<RecordingBuilder['stack']>;
      stores: number[];
    }[] = [];
    look(
      {
        socket,
        timer: (execution) => r.resource('Timeout', ms, Infinity, 0, execution),
        saw: (store, execution, stack, made = (id += 2)) => {
          samples.push({ id: made, execution, stack: r.stack(stack), stores: [store] });
        },
      },
      k,
    );
    r.notes.push({ kind: 'contexts', thread: 'main', timeUs: ms * 1000, samples, names: ['request'] });
  }
  const outcome = analyze(r.build(), FACTS);
  const findings = outcome.value.findings.filter(({ rule }) => rule === 'lost-context');
  return golden({ value: { ...outcome.value, findings }, problems: [] })
    .split('\n')
    .slice(1)
    .join('\n');
}

interface Pen {
  socket: number;
  timer: (execution: number) => number;
  saw: (store: number, execution: number, stack: Fn[], made?: number) => void;
}

describe('lost-context', () => {
  it('tells the callback, who calls it, and where it was made with the store', () => {
    const text = recording(({ saw, socket }, k) => {
      saw(k + 1, 4, [handle, run]);
      saw(0, socket, [callback, release]);
    });
    expect(text).toMatchInlineSnapshot(`
      "warning lost-context app.js:12:5
        The store of the AsyncLocalStorage 'request' is gone here: this callback ran without the store that is there where it is made, all 6 executions that it was seen in
        6 x, 0 ms, max 0, p99 0, share 0
        < call pool.js:31:3 release
        + made here, where the store was there 6 times app.js:11:3 handle
        + called without it from, in the execution of a TCPWRAP, pool.js:31:3 release"
    `);
  });

  it('follows it over a timer of the one who keeps it', () => {
    const text = recording(({ saw, timer, socket }, k) => {
      saw(k + 1, 4, [handle, run]);
      const later = timer(socket);
      saw(0, socket, [release], later);
      saw(0, later, [callback]);
    });
    expect(text).toContain('app.js:12:5');
  });

  it('is silent where the store is there', () => {
    const text = recording(({ saw, socket }, k) => {
      saw(k + 1, 4, [handle, run]);
      saw(k + 1, socket, [callback, release]);
    });
    expect(text).toBe('');
  });

  it('is silent when the maker did not always have it', () => {
    const text = recording(({ saw, socket }, k) => {
      saw(k === 3 ? 0 : k + 1, 4, [handle, run]);
      saw(0, socket, [callback, release]);
    });
    expect(text).toBe('');
  });

  it('is silent when the store ends inside the maker', () => {
    const text = recording(({ saw, socket }, k) => {
      saw(k + 1, 4, [release, run, handle]);
      saw(0, socket, [callback, release]);
    });
    expect(text).toBe('');
  });

  it('is silent when the program takes it away', () => {
    const cleared = recording(({ saw, socket }, k) => {
      saw(k + 1, 4, [handle, run]);
      saw(-1, socket, [callback, release]);
    });
    const left = recording(({ saw, timer, socket }, k) => {
      saw(k + 1, 4, [handle, run]);
      const later = timer(socket);
      saw(0, 4, [exit, handle], later);
      saw(0, later, [callback]);
    });
    expect([cleared, left]).toEqual(['', '']);
  });

  it('is silent when it is not known what led to the execution', () => {
    const text = recording(({ saw, timer }, k) => {
      saw(k + 1, 4, [handle, run]);
      saw(0, timer(0), [callback, release]);
    });
    expect(text).toBe('');
  });

  it('is silent after less than three', () => {
    const text = recording(({ saw, socket }, k) => {
      saw(k + 1, 4, [handle, run]);
      if (k < 2) saw(0, socket, [callback, release]);
    });
    expect(text).toBe('');
  });

  describe('what it cost', () => {
    /** A callback of each request runs 3 ms in the execution of a socket, and leads to a timer in which it is answered. */
    function costs(unseen: number, kept: (k: number) => boolean = () => false, standsMs = 0): string {
      const r = new RecordingBuilder();
      const socket = r.resource('TCPWRAP', 1);
      for (let k = 0; k < 6; k++) {
        const ms = 100 + k * 500;
        let made = 0;
        r.request(ms, 'GET /a', (request) => {
          request.run(1, own('app.js', 'handle', 11));
          made = request.timer();
        });
        const later = r.resource('Timeout', ms + 23, ms + 83, 2, socket);
        r.call(socket, ms + 22, 3 + standsMs);
        if (standsMs > 0) r.unhooked(ms + 22, 3, callback);
        const endUs = (ms + 84) * 1000;
        r.event(endUs, Op.RequestEnd, 200, k + 1, endUs, 0);
        for (let n = 0; n < unseen; n++) r.resource('Immediate', ms + 100);
        const samples = [
          { id: made, execution: 4, stack: r.stack([handle, run]), stores: [k + 1] },
          {
            id: later,
            execution: socket,
            stack: r.stack([callback, release]),
            stores: [kept(k) ? k + 1 : 0],
          },
        ];
        r.notes.push({ kind: 'contexts', thread: 'main', timeUs: (ms + 90) * 1000, samples, names: [''] });
      }
      const { findings } = analyze(r.build(), FACTS).value;
      const found = findings.find(({ rule }) => rule === 'lost-context');
      const { count = 0, totalMs = 0, maxMs = 0 } = found?.evidence ?? {};
      return `${found?.message.replace(/^.*where it is made, /, '')}: ${count} x, ${totalMs} ms, max ${maxMs}`;
    }

    it('is told as it was seen where nearly everything was looked at', () => {
      expect(costs(0)).toMatchInlineSnapshot(
        `"all 6 executions that it was seen in, 5.0 ms each with what came of it, in GET /a; all 6 requests were answered so: 6 x, 30 ms, max 5"`,
      );
    });

    it('is told for the whole recording where only a part was looked at', () => {
      expect(costs(40)).toMatchInlineSnapshot(
        `"all 6 executions that it was seen in, 5.0 ms each with what came of it, in GET /a; in the whole recording about 130, 630 ms; nearly all 6 requests were answered so: 126 x, 630 ms, max 5"`,
      );
    });

    it('says how often the callback ran with its store', () => {
      expect(costs(0, (k) => k % 3 === 0)).toMatchInlineSnapshot(
        `"4 of the 6 executions that it was seen in, 5.0 ms each with what came of it, in GET /a; 4 of 6 requests were answered so: 4 x, 20 ms, max 5"`,
      );
    });

    it('leaves out that the machine had no processor for the program', () => {
      expect(costs(0, undefined, 14)).toContain('5.0 ms each');
    });
  });
});
