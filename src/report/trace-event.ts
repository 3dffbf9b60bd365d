import { EVENT_WORDS, Op } from '../model/event.ts';
import type { EventBatch } from '../model/recording.ts';
import type { RecordingReader } from '../recording/contract.ts';
import { clean, escapeJson } from './clean.ts';
import { place } from './words.ts';

/**
 * A recording in the Trace Event format, which ui.perfetto.dev opens: executions and garbage collections as slices of
 * their thread, requests as tracks, the event loop delay as a counter, stalls as instants with their stack.
 *
 * @returns JSON in parts, so that nobody has to hold all of it
 */
export function* traceEventJson(reader: RecordingReader): Generator<string> {
  yield '{"displayTimeUnit":"ms","traceEvents":[\n';
  const { pid, script, threads } = reader.header.target;
  const tids = new Map(threads.map(({ id }, index) => [id, index + 1]));
  yield line({ ph: 'M', name: 'process_name', pid, args: { name: clean(script) || 'node' } });
  for (const { id, name } of threads) {
    yield line({ ph: 'M', name: 'thread_name', pid, tid: tids.get(id), args: { name: clean(name) } });
  }
  for (const { timeUs, heldUs, stack } of reader.stalls) {
    const frames = (reader.tables.stacks[stack] ?? []).flatMap((id) => reader.tables.frames[id] ?? []);
    const text = frames.map((frame) => `${clean(frame.function ?? '')} ${place(frame, '')}`.trim());
    yield line({
      ph: 'i',
      s: 't',
      name: 'stall',
      pid,
      tid: 1,
      ts: timeUs,
      args: { heldMs: heldUs / 1000, stack: text },
    });
  }
  const tracks = new Map<string, ThreadTrack>();
  for (const batch of reader.events()) {
    let track = tracks.get(batch.thread);
    if (!track) {
      const tid = tids.get(batch.thread) ?? tids.size + tracks.size + 1;
      tracks.set(batch.thread, (track = new ThreadTrack(reader, pid, tid)));
    }
    const part = track.add(batch);
    if (part) yield part;
  }
  // The list must not end with a comma, so its last entry is one that says nothing new.
  yield `${escapeJson(JSON.stringify({ ph: 'M', name: 'process_sort_index', pid, args: { sort_index: 0 } }))}\n]}\n`;
}

/** The events of one thread, in order, as trace events. */
class ThreadTrack {
  readonly #reader: RecordingReader;
  readonly #pid: number;
  readonly #tid: number;
  /** Clock of the last event that had one, µs, unwrapped. */
  #now = 0;
  /** Type of each resource that is no promise. */
  readonly #types = new Map<number, number>();
  /** Begun and not yet ended. */
  #open: number[] = [];

  constructor(reader: RecordingReader, pid: number, tid: number) {
    this.#reader = reader;
    this.#pid = pid;
    this.#tid = tid;
  }

  add({ words }: EventBatch): string {
    let text = '';
    for (let at = 0; at < words.length; at += EVENT_WORDS) {
      const head = words[at]!;
      text += this.#event(head & 0xff, head >>> 8, words[at + 1]!, words[at + 2]!, words[at + 3]!);
    }
    return text;
  }

  #event(op: number, extra: number, id: number, a: number, b: number): string {
    switch (op) {
      case Op.Init:
        if (!isPromise(id)) this.#types.set(id, extra);
        return '';
      case Op.Before:
        this.#open.push(id);
        return this.#slice('B', this.#advance(a), { name: this.#nameOf(id), args: { id } });
      case Op.After:
        return this.#end(id, this.#advance(a));
      case Op.Heartbeat:
        return this.#slice('C', this.#advance(a), { name: 'event loop delay', args: { ms: id / 1000 } });
      case Op.RequestStart:
        return this.#request('b', id, this.#advance(a), { name: this.#label(b) });
      case Op.RequestEnd:
        return this.#request('e', id, this.#advance(a), { args: { status: extra, route: this.#label(b) } });
      case Op.Gc:
        return this.#slice('X', this.#momentBefore(a), { name: 'garbage collection', dur: id });
      default:
        return '';
    }
  }

  /** Ends the execution of `id` and those inside it whose end was lost; without its begin there is nothing to end. */
  #end(id: number, ts: number): string {
    const at = this.#open.lastIndexOf(id);
    if (at < 0) return '';
    const ended = this.#open.length - at;
    this.#open = this.#open.slice(0, at);
    return this.#slice('E', ts, {}).repeat(ended);
  }

  #slice(ph: string, ts: number, rest: object): string {
    return line({ ph, pid: this.#pid, tid: this.#tid, ts, ...rest });
  }

  #request(ph: string, id: number, ts: number, rest: object): string {
    return this.#slice(ph, ts, { cat: 'request', id: `${this.#tid}.${id}`, name: 'request', ...rest });
  }

  #nameOf(id: number): string {
    if (isPromise(id)) return 'promise';
    return clean(this.#reader.tables.types[this.#types.get(id) ?? 0] ?? '') || 'unknown origin';
  }

  #label(index: number): string {
    return clean(this.#reader.tables.labels[index] ?? '') || 'request';
  }

  #advance(time: number): number {
    return (this.#now += (time - this.#now) >>> 0);
  }

  #momentBefore(time: number): number {
    return Math.max(0, this.#now - ((this.#now - time) >>> 0));
  }
}

/** Ids of promises that only `v8.promiseHooks` saw are odd. */
const isPromise = (id: number): boolean => (id & 1) === 1;

const line = (event: object): string => `${escapeJson(JSON.stringify(event))},\n`;
