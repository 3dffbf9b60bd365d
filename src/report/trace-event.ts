import type { StackId } from '../model/ids.ts';
import type { RecordingReader } from '../recording/contract.ts';
import { clean, escapeJson } from './clean.ts';
import type { Message, Moment, RequestMoment, Stand, Turn } from './timeline/moments.ts';
import { Stalls } from './timeline/stalls.ts';
import { moments, pauseClockOf, TimelineThreads } from './timeline/threads.ts';
import type { TimelineThread } from './timeline/threads.ts';
import { place } from './words.ts';

/** A turn this long held the loop, µs. */
const HOLD_US = 10_000;
/** Tracks of garbage collections stand below those of the threads. */
const GC_TRACKS = 1_000;

/**
 * A recording in the Trace Event format, which ui.perfetto.dev opens. Each thread has a track of turns, complete events
 * that never overlap; a turn that held the loop is named by the line that was seen in it. Requests with their waits, and
 * what they asked of others, are async slices; an arrow leads from the turn that started something to the turn that it
 * came back in, and from where a message was sent to the thread or process where it came. Garbage collections have tracks of
 * their own; the event loop delay is a counter. What stood still through no doing of the program is a slice of its own
 * between the parts of the turn that it cut in two, and counts as no delay.
 *
 * @returns JSON in parts, so that nobody has to hold all of it
 * @see https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 */
export function* traceEventJson(reader: RecordingReader): Generator<string> {
  const threads = new TimelineThreads(reader);
  const first = reader.header.target.threads[0]?.id ?? 'main';
  const writer = new TraceWriter(reader, new Stalls(first, reader.stalls));
  yield '{"displayTimeUnit":"ms","traceEvents":[\n';
  for (const batch of moments(reader, threads)) {
    const part = batch.moments.map((moment) => writer.moment(batch.thread, moment)).join('');
    if (part) yield part;
  }
  const pids = new Set<number>();
  for (const thread of threads.all()) {
    const { pid, name, number } = thread;
    if (!pids.has(pid)) {
      pids.add(pid);
      const script = pid === reader.header.target.pid ? reader.header.target.script : name;
      yield line({ ph: 'M', name: 'process_name', pid, args: { name: clean(script) || 'node' } });
    }
    yield line({ ph: 'M', name: 'thread_name', pid, tid: number, args: { name: clean(name) } });
    const collections = { name: `${clean(name)}, garbage collection` };
    yield line({ ph: 'M', name: 'thread_name', pid, tid: GC_TRACKS + number, args: collections });
    yield* stalls(reader, thread);
  }
  // The list must not end with a comma, so its last entry is one that says nothing new.
  const { pid } = reader.header.target;
  yield `${escapeJson(JSON.stringify({ ph: 'M', name: 'process_sort_index', pid, args: { sort_index: 0 } }))}\n]}\n`;
}

function* stalls(reader: RecordingReader, { id, pid, number }: TimelineThread): Generator<string> {
  const first = reader.header.target.threads[0]?.id ?? 'main';
  const clock = pauseClockOf(reader, id);
  for (const { thread = first, timeUs, heldUs: told, stack } of reader.stalls) {
    // A stack that was read in a pause is of nobody who held the loop.
    if (thread !== id || clock.stands(timeUs - 1)) continue;
    const heldUs = told - clock.pausedUs(timeUs - told, timeUs);
    const args = { heldMs: heldUs / 1000, stack: stackWords(reader, stack) };
    yield line({ ph: 'i', s: 't', cat: 'stall', name: 'stall', pid, tid: number, ts: timeUs, args });
  }
}

class TraceWriter {
  readonly #reader: RecordingReader;
  readonly #stalls: Stalls;
  /** Where the last collection of a track ended: two of them may be told as overlapping by a µs. */
  readonly #collected = new Map<number, number>();
  #flows = 0;

  constructor(reader: RecordingReader, stalls: Stalls) {
    this.#reader = reader;
    this.#stalls = stalls;
  }

  moment(thread: TimelineThread, moment: Moment): string {
    const { pid, number: tid } = thread;
    const at = { pid, tid };
    switch (moment.kind) {
      case 'turn':
        return this.#turn(thread, moment);
      case 'request':
        return this.#request(thread, moment);
      case 'operation': {
        const slice = {
          ...at,
          cat: 'operation',
          id: `o${tid}.${moment.id}`,
          name: clean(moment.label) || 'operation',
        };
        const args = {
          status: moment.status,
          ...(moment.request > 0 && { request: moment.request }),
          ...pausedArgs(moment),
        };
        return (
          line({ ph: 'b', ts: moment.startUs, ...slice, args }) +
          line({ ph: 'e', ts: moment.endUs, ...slice })
        );
      }
      case 'collection': {
        const start = Math.max(moment.startUs, this.#collected.get(tid) ?? 0);
        const dur = Math.max(0, moment.endUs - start);
        this.#collected.set(tid, start + dur);
        return line({
          ph: 'X',
          cat: 'gc',
          name: `${moment.type} collection`,
          pid,
          tid: GC_TRACKS + tid,
          ts: start,
          dur,
        });
      }
      case 'delay': {
        const name = tid === 1 ? 'event loop delay' : `event loop delay, ${clean(thread.name)}`;
        return line({ ph: 'C', ...at, name, ts: moment.timeUs, args: { ms: moment.latenessUs / 1000 } });
      }
      case 'message':
        return this.#message(thread, moment);
      case 'stand': {
        const { startUs: ts, endUs, by } = moment;
        return line({ ph: 'X', cat: 'pause', name: STANDS[by], ...at, ts, dur: endUs - ts });
      }
      case 'wait':
        return '';
    }
  }

  #turn({ id, pid, number: tid }: TimelineThread, turn: Turn): string {
    const { startUs: ts, endUs, request, type, causedUs } = turn;
    const held = endUs - ts >= HOLD_US ? this.#stalls.lastIn(id, ts, endUs) : (0 as StackId);
    const [innermost] = stackWords(this.#reader, held);
    const text = line({
      ph: 'X',
      cat: endUs - ts >= HOLD_US ? 'hold' : 'turn',
      name: innermost ?? (clean(type) || 'unknown origin'),
      pid,
      tid,
      ts,
      dur: endUs - ts,
      args: { ...(request > 0 && { request }), ...(held > 0 && { stack: stackWords(this.#reader, held) }) },
    });
    if (causedUs === undefined || request === 0 || causedUs >= ts) return text;
    const flow = { cat: 'cause', name: 'leads to', id: ++this.#flows, pid, tid };
    return `${line({ ph: 's', ts: causedUs, ...flow })}${text}${line({ ph: 'f', bp: 'e', ts, ...flow })}`;
  }

  /** An arrow's end lies in the turn around it; both ends give it the same number. */
  #message({ pid, number: tid }: TimelineThread, { way, timeUs, label, number, whole }: Message): string {
    if (!whole || label === '') return '';
    const flow = { cat: 'message', name: 'message', id: `${clean(label)}, ${number}`, pid, tid, ts: timeUs };
    return line(way === 'sent' ? { ph: 's', ...flow } : { ph: 'f', bp: 'e', ...flow });
  }

  #request({ pid, number: tid }: TimelineThread, request: RequestMoment): string {
    const { startUs, endUs, label, route, status, waits } = request;
    const track = { pid, tid, cat: 'request', id: `r${tid}.${request.id}` };
    const name = clean(label) || 'request';
    const args = { route: clean(route), status, ...pausedArgs(request) };
    const begin = line({ ph: 'b', ts: startUs, ...track, name, args });
    const inside = waits.map((wait) => {
      const stack = wait.stack > 0 ? stackWords(this.#reader, wait.stack) : [];
      const slice = { ...track, name: `waits for ${clean(wait.type) || 'unknown'}` };
      return (
        line({
          ph: 'b',
          ts: wait.startUs,
          ...slice,
          args: { ...(stack.length > 0 && { stack }), ...pausedArgs(wait) },
        }) + line({ ph: 'e', ts: Math.min(wait.endUs, endUs), ...slice })
      );
    });
    return `${begin}${inside.join('')}${line({ ph: 'e', ts: endUs, ...track, name })}`;
  }
}

/** Names of slices in which the program stood still. */
const STANDS: Record<Stand['by'], string> = {
  debugger: 'paused by a debugger, or without a processor',
  stopped: 'process stopped, or machine asleep',
};

const pausedArgs = ({ pausedUs }: { pausedUs?: number }): { pausedMs?: number } =>
  pausedUs === undefined ? {} : { pausedMs: pausedUs / 1000 };

/** Innermost frame first. */
function stackWords({ tables, header }: RecordingReader, stack: StackId): string[] {
  const frames = (tables.stacks[stack] ?? []).flatMap((id) => tables.frames[id] ?? []);
  return frames.map((frame) => `${clean(frame.function ?? '')} ${place(frame, header.target.cwd)}`.trim());
}

const line = (event: object): string => `${escapeJson(JSON.stringify(event))},\n`;
