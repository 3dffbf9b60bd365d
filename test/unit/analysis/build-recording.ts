import { Op, PendingReach, RequestKind } from '../../../src/model/event.ts';
import type { Note } from '../../../src/model/note.ts';
import type { FrameId, StackId } from '../../../src/model/ids.ts';
import type { Frame } from '../../../src/model/location.ts';
import type {
  CpuProfile,
  ProfileNode,
  RecordingTables,
  Rejection,
  StallStack,
} from '../../../src/model/recording.ts';
import type { RecordingReader } from '../../../src/recording/contract.ts';

/** A function on a stack: `own('app.js', 'handler', 12)`. In a profile `line` is where it begins, `at` the busy line in it. */
export interface Fn extends Frame {
  at?: number;
}

export const own = (file: string, name: string, line: number, at?: number): Fn => ({
  file: `/app/${file}`,
  function: name,
  line,
  column: 1,
  owner: 'own',
  ...(at !== undefined && { at }),
});

export const node = (file: string, name: string): Fn => ({
  file: `node:${file}`,
  function: name,
  line: 1,
  column: 1,
  owner: 'node',
});

export const pkg = (name: string, fn: string, line: number): Fn => ({
  file: `/app/node_modules/${name}/index.js`,
  function: fn,
  line,
  column: 1,
  owner: 'package',
  package: { name, version: '1.2.3' },
});

export const gc: Fn = { file: '', function: '(garbage collector)', line: 0, column: 0, owner: 'synthetic' };

const SERVER_SOCKET = 2;
const SERVER_PARSER = 4;

/**
 * Draws a recording: requests that run and wait, one after the other, at times given in ms. Heartbeats, profile samples (1 ms)
 * and wait samples (20 ms, all pending promises) follow from the drawing.
 */
export class RecordingBuilder {
  readonly tables: RecordingTables = { types: [''], labels: [''], frames: [{ ...gc }], stacks: [[]] };
  readonly stalls: StallStack[] = [];
  readonly rejections: Rejection[] = [];
  readonly notes: Note[] = [];
  readonly #events: { us: number; words: number[] }[] = [];
  readonly #busy: { from: number; to: number; node: number }[] = [];
  readonly #stopped: { from: number; to: number }[] = [];
  readonly #waits: { from: number; to: number; promise: number; stack: StackId }[] = [];
  readonly #nodes: ProfileNode[] = [];
  #nextResource = 10;
  #nextPromise = 1;
  #nextRequest = 1;
  threads = [{ id: 'main', name: 'main' }];
  durationMs: number;
  /** What is known of what is pending at the end. */
  reach: PendingReach = PendingReach.Unknown;
  /** From here on the loop is held to the end: no heartbeat comes, and nobody takes the profile out, ms. */
  heldFromMs = Infinity;

  constructor(durationMs = 5_000) {
    this.durationMs = durationMs;
    this.#nodes.push({ parent: -1, frame: 0 as FrameId, ticks: [] });
    this.#resource('TCPWRAP', SERVER_SOCKET, 0);
    this.#resource('HTTPINCOMINGMESSAGE', SERVER_PARSER, 0);
  }

  /** A request that arrives at `ms`; `draw` says what it does. */
  request(
    ms: number,
    label: string,
    draw: (request: RequestPen) => void,
    kind: RequestKind = RequestKind.Http,
  ): void {
    const id = this.#nextRequest++;
    let now = ms * 1000;
    const open: number[] = [];
    const before = (resource: number): void => {
      this.event(now, Op.Before, 0, resource, now, 0);
      open.push(resource);
    };
    const close = (): void => {
      while (open.length > 0) this.event(now, Op.After, 0, open.pop()!, now, 0);
    };
    before(SERVER_SOCKET);
    before(SERVER_PARSER);
    this.event(now, Op.RequestStart, kind, id, now, this.#intern(this.tables.labels, label));
    draw({
      run: (forMs, ...stack) => {
        this.#busy.push({ from: now, to: now + forMs * 1000, node: this.#node(stack) });
        now += forMs * 1000;
      },
      stand: (forMs) => {
        this.#stopped.push({ from: now, to: now + forMs * 1000 });
        now += forMs * 1000;
      },
      wait: (forMs, ...stack) => {
        const awaited = this.#promise(now, open.at(-1) ?? 0);
        const promise = this.#promise(now, open.at(-1) ?? 0, awaited);
        const io = (this.#nextResource += 2);
        this.#resource('FSREQCALLBACK', io, now, open.at(-1) ?? 0);
        const from = now;
        close();
        now += forMs * 1000;
        this.#waits.push({ from, to: now, promise, stack: this.stack(stack) });
        before(io);
        this.event(now, Op.Settled, 0, awaited, now, io);
        this.event(now, Op.Settled, 0, promise, now, io);
        close();
        before(promise);
        return promise;
      },
      waitFor: (waker, forMs, ...stack) => {
        const awaited = this.#promise(now, open.at(-1) ?? 0);
        const promise = this.#promise(now, open.at(-1) ?? 0, awaited);
        const from = now;
        close();
        now += forMs * 1000;
        this.#waits.push({ from, to: now, promise, stack: this.stack(stack) });
        this.event(now, Op.Settled, 0, awaited, now, waker);
        before(promise);
        this.event(now, Op.Settled, 0, promise, now, promise);
      },
      hang: (...stack) => {
        const promise = this.#promise(now, open.at(-1) ?? 0);
        this.#waits.push({ from: now, to: Infinity, promise, stack: this.stack(stack) });
        close();
      },
      timer: () => {
        const id = (this.#nextResource += 2);
        this.#resource('Timeout', id, now, open.at(-1) ?? 0);
        return id;
      },
      end: (status = 200, route) => {
        const label = route === undefined ? 0 : this.#intern(this.tables.labels, route);
        this.event(now, Op.RequestEnd, status, id, now, label);
      },
      close: (at) => this.event(at * 1000, Op.RequestEnd, 0, id, at * 1000, 0),
    });
    close();
  }

  /** A garbage collection. */
  collection(ms: number, forMs: number, kind = 4): void {
    this.event((ms + forMs) * 1000, Op.Gc, kind, forMs * 1000, ms * 1000, 0);
  }

  /** A resource that is created at `ms` and called back at `doneMs`, in `forMs`; answers its id. */
  resource(type: string, ms: number, doneMs = Infinity, forMs = 0, execution = 0): number {
    const id = (this.#nextResource += 2);
    this.#resource(type, id, ms * 1000, execution);
    if (doneMs !== Infinity) this.call(id, doneMs, forMs);
    return id;
  }

  /** The callback of a resource runs at `ms`; `draw` adds what it does there. */
  call(id: number, ms: number, forMs = 0, draw: () => void = () => undefined): void {
    this.event(ms * 1000, Op.Before, 0, id, ms * 1000, 0);
    draw();
    this.event((ms + forMs) * 1000, Op.After, 0, id, (ms + forMs) * 1000, 0);
  }

  /** A promise made at `ms` in `execution` that is pending until `untilMs` and is awaited at `stack`; then its reaction runs. */
  await(ms: number, untilMs: number, execution: number, waker: number, ...stack: Fn[]): void {
    const id = this.#promise(ms * 1000, execution);
    this.#waits.push({ from: ms * 1000, to: untilMs * 1000, promise: id, stack: this.stack(stack) });
    this.event(untilMs * 1000, Op.Settled, 0, id, untilMs * 1000, waker);
    this.event(untilMs * 1000, Op.Before, 0, id, untilMs * 1000, 0);
    this.event(untilMs * 1000, Op.After, 0, id, untilMs * 1000, 0);
  }

  /** The same, and it stays pending. */
  hang(ms: number, execution: number, ...stack: Fn[]): void {
    const promise = this.#promise(ms * 1000, execution);
    this.#waits.push({ from: ms * 1000, to: Infinity, promise, stack: this.stack(stack) });
  }

  /** Says where a resource was created. */
  created(id: number, ms: number, ...stack: Fn[]): void {
    this.event(ms * 1000, Op.InitStack, 1, id, ms * 1000, this.stack(stack));
  }

  /** Work that belongs to no request and that no hook sees: a module's top level. */
  unhooked(ms: number, forMs: number, ...stack: Fn[]): void {
    this.#busy.push({ from: ms * 1000, to: (ms + forMs) * 1000, node: this.#node(stack) });
  }

  stack(innermostFirst: readonly Fn[]): StackId {
    if (innermostFirst.length === 0) return 0 as StackId;
    const ids = innermostFirst.map((fn) => this.frame(fn));
    this.tables.stacks.push(ids);
    return (this.tables.stacks.length - 1) as StackId;
  }

  frame({ at: _at, ...frame }: Fn): FrameId {
    const text = JSON.stringify(frame);
    const known = this.tables.frames.findIndex((f, i) => i > 0 && JSON.stringify(f) === text);
    if (known > 0) return known as FrameId;
    this.tables.frames.push(frame);
    return (this.tables.frames.length - 1) as FrameId;
  }

  event(us: number, op: number, extra: number, id: number, a: number, b: number): void {
    this.#events.push({ us, words: [op | (extra << 8), id, a, b] });
  }

  build(): RecordingReader {
    const end = this.durationMs * 1000;
    const events = [...this.#events, ...this.#heartbeats(end), ...this.#waitSamples(end)];
    events.sort((a, b) => a.us - b.us);
    for (const wait of this.#waits) {
      if (wait.to > end) {
        const word = Op.Pending | (this.reach << 8);
        events.push({ us: end, words: [word, wait.promise, wait.from, wait.stack] });
      }
    }
    const words = Int32Array.from(events.flatMap((e) => e.words));
    return {
      header: {
        startedAt: 0,
        target: {
          pid: 4242,
          node: 'v24.0.0',
          script: '/app/app.js',
          cwd: '/app',
          platform: 'linux',
          threads: this.threads,
          threadPoolSize: 4,
        },
        mode: 'flow',
        transport: 'socket',
        attachedLate: true,
        writer: '0.0.0',
      },
      trailer: {
        durationUs: end,
        events: events.length,
        dropped: 0,
        ended: 'duration',
        overheadShare: 0.01,
        problems: [],
      },
      tables: this.tables,
      stalls: this.stalls,
      rejections: this.rejections,
      notes: this.notes,
      profiles: [this.#profile(end)],
      events: () => [{ thread: 'main', words }],
      problems: [],
    };
  }

  #heartbeats(end: number): { us: number; words: number[] }[] {
    const beats: { us: number; words: number[] }[] = [];
    const held = [...this.#busy, ...this.#stopped].sort((a, b) => a.from - b.from);
    let last = 0;
    for (let due = 20_000; due < Math.min(end, this.heldFromMs * 1000); due = last + 20_000) {
      let at = due;
      for (const { from, to } of held) if (from <= at && to > at) at = to;
      const busy = this.#busy.reduce(
        (sum, b) => sum + Math.max(0, Math.min(b.to, at) - Math.max(b.from, last)),
        0,
      );
      beats.push({ us: at, words: [Op.Heartbeat, at - due, at, Math.max(0, at - last - busy)] });
      last = at;
    }
    return beats;
  }

  #waitSamples(end: number): { us: number; words: number[] }[] {
    const samples: { us: number; words: number[] }[] = [];
    for (let at = 10_000; at < end; at += 20_000) {
      // The sampler is a timer too.
      if (this.#busy.some(({ from, to }) => from < at && at < to)) continue;
      for (const wait of this.#waits) {
        if (wait.from > at || wait.to <= at) continue;
        samples.push({ us: at, words: [Op.WaitSample | (16 << 8), wait.promise, at, wait.stack] });
      }
    }
    return samples;
  }

  #profile(end: number): CpuProfile {
    const idle = this.#node([{ ...gc, function: '(idle)' }]);
    const busy = this.#sortedBusy();
    const samples: number[] = [];
    const times: number[] = [];
    let next = 0;
    for (let at = 500; at < Math.min(end, this.heldFromMs * 1000); at += 1000) {
      if (this.#stopped.some(({ from, to }) => from <= at && at < to)) continue;
      while (next < busy.length && busy[next]!.to <= at) next++;
      const running = next < busy.length && busy[next]!.from <= at ? busy[next]!.node : idle;
      samples.push(running);
      times.push(at);
      const line = this.#lines.get(running);
      if (line === undefined) continue;
      const { ticks } = this.#nodes[running]!;
      const tick = ticks.find((t) => t.line === line);
      if (tick) tick.count++;
      else ticks.push({ line, count: 1 });
    }
    return {
      intervalUs: 1000,
      startUs: 0,
      endUs: Math.min(end, this.heldFromMs * 1000),
      nodes: this.#nodes,
      samples,
      times,
    };
  }

  readonly #lines = new Map<number, number>();

  #sortedBusy(): { from: number; to: number; node: number }[] {
    return [...this.#busy].sort((a, b) => a.from - b.from);
  }

  /** Node of a stack, outermost first. */
  #node(stack: readonly Fn[]): number {
    let parent = 0;
    for (const fn of stack) {
      const frame = this.frame(fn);
      let child = this.#nodes.findIndex((n) => n.parent === parent && n.frame === frame);
      if (child < 0) child = this.#nodes.push({ parent, frame, ticks: [] }) - 1;
      parent = child;
    }
    const leaf = stack.at(-1);
    if (leaf) this.#lines.set(parent, leaf.at ?? leaf.line);
    return parent;
  }

  #promise(us: number, execution: number, awaited = 0): number {
    const id = (this.#nextPromise += 2);
    this.event(us, Op.Init, this.#intern(this.tables.types, 'PROMISE'), id, awaited, execution);
    return id;
  }

  #resource(type: string, id: number, us: number, execution = 0): void {
    this.event(us, Op.Init, this.#intern(this.tables.types, type), id, 0, execution);
  }

  #intern(table: string[], text: string): number {
    const known = table.indexOf(text, 1);
    return known > 0 ? known : table.push(text) - 1;
  }
}

/** What a request does, in order. Stacks of `run` are outermost first, as in a profile; those of waits innermost first. */
export interface RequestPen {
  run(forMs: number, ...stack: Fn[]): void;
  /** Waits for a file; answers the promise whose reaction goes on. */
  wait(forMs: number, ...stack: Fn[]): number;
  /** Waits for what the execution `waker` settles. */
  waitFor(waker: number, forMs: number, ...stack: Fn[]): void;
  /** Is ready to run, but the machine is busy with other programs. */
  stand(forMs: number): void;
  /** Waits for ever: nothing may follow but `close`. */
  hang(...stack: Fn[]): void;
  /** Starts a timer that does not fire while recording; answers its id. */
  timer(): number;
  end(status?: number, route?: string): void;
  /** The client gives up at `ms`. */
  close(ms: number): void;
}
