// The agent's worker: takes events out of the ring and sends them away, and reads the main thread's stack while it is
// held. Runs in the user's process, but does all of its work off the user's loop.
import { Session } from 'node:inspector';
import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { createPauseWatch } from './pauses.ts';
import { AGENT_KEY, Ctl, FRAME_HEAD, FrameKind, OWN_URL } from './protocol.ts';
import type { AgentMessage, RawFrame } from './protocol.ts';
import { createStallWatch } from './stall-watch.ts';
import { mainThreadCpu } from './thread-cpu.ts';

interface WorkerInput {
  ctl: Int32Array;
  words: Int32Array;
  socketPath: string;
  token: string;
  /** µs on the main thread's clock origin, on `process.hrtime`. */
  originUs: number;
  stallMs: number;
  heartbeatMs: number;
}

/** Each look wakes a thread that competes with the program for processors. */
const POLL_MS = 10;
/**
 * Under load, events leave with every third look: each time wakes the collector's thread, which competes too. Longer would pass for
 * a missing heartbeat at the other end.
 */
const LOADED_EVENTS = 32;
const LOADED_LOOKS = 3;
/** Unsent bytes at which draining pauses; then the ring overruns and counts, and memory stays bounded. */
const MAX_UNSENT = 8 << 20;
const EVENT_BYTES = 16;
/** Events sent in one frame at most, and the memory of so many frames is used again and again. */
const CHUNK_EVENTS = 4096;
const CHUNK_BYTES = FRAME_HEAD + CHUNK_EVENTS * EVENT_BYTES;
const MAX_CHUNKS = 8;

const port = parentPort!;
const { ctl, words, socketPath, token, originUs, stallMs, heartbeatMs } = workerData as WorkerInput;
const bytes = new Uint8Array(words.buffer);
const size = bytes.length / EVENT_BYTES;
/** Memory of frames that were sent. New memory for each would be collected late: it is outside the heap. */
const spare: Buffer[] = [];
let chunks = 0;
let written = 0;
/** Looks since events last left. */
let looks = 0;
/** Connected only while it asks: a process that exits waits for its sessions to end. */
let session: Session | undefined;
const nowUs = (): number => Number(process.hrtime.bigint() / 1000n) - originUs;

const sendMessage = (message: AgentMessage): void => sendJson(FrameKind.Messages, [message]);
const stalls = createStallWatch({
  ctl,
  now: nowUs,
  stallMs,
  heartbeatMs,
  read: readMainStack,
  cancel: disconnect,
  send: sendMessage,
  pauses: createPauseWatch({
    cpuUs: mainThreadCpu(),
    send: sendMessage,
  }),
});
const socket = connect(socketPath);
sendJson(FrameKind.Hello, { token });
socket.on('connect', () => {
  Atomics.store(ctl, Ctl.Connected, 1);
  port.postMessage('connected');
  setInterval(poll, POLL_MS);
});
socket.on('error', lost);
socket.on('close', lost);

port.on('message', (message: AgentMessage[] | 'finish' | 'exit') => {
  if (message === 'exit') {
    // The main thread waits for this one.
    drainAll();
    socket.write('', sent);
    return;
  }
  if (message === 'finish') {
    drainAll();
    sendJson(FrameKind.Bye, {});
    disconnect();
    socket.end(() => process.exit(0));
    return;
  }
  sendJson(FrameKind.Messages, message);
});

function sent(): void {
  Atomics.store(ctl, Ctl.Sent, 1);
  Atomics.notify(ctl, Ctl.Sent);
}

function lost(): void {
  sent();
  port.postMessage('lost');
}

function poll(): void {
  const head = settledHead();
  const waiting = (head - Atomics.load(ctl, Ctl.Tail)) | 0;
  if (waiting < LOADED_EVENTS || waiting > size / 8 || ++looks >= LOADED_LOOKS) {
    looks = 0;
    drain(head);
  }
  stalls.check();
}

/**
 * The end of what may be read. The main thread publishes its events a few at a time; while it is held, the last of them
 * stay unpublished, and they tell what it is held in. What it has not touched for a whole round is complete.
 */
function settledHead(): number {
  const published = Atomics.load(ctl, Ctl.Head);
  const at = Atomics.load(ctl, Ctl.Written);
  const settled = at === written ? at : published;
  written = at;
  return ((settled - published) | 0) > 0 ? settled : published;
}

function drain(head: number): void {
  if (socket.writableLength <= MAX_UNSENT) take(head);
}

/** The last time: no more than the ring can hold comes on top of what is unsent. */
function drainAll(): void {
  take(Atomics.load(ctl, Ctl.Head));
}

function take(head: number): void {
  const mask = size - 1;
  for (let tail = Atomics.load(ctl, Ctl.Tail); ((head - tail) | 0) > 0;) {
    const from = tail & mask;
    const count = Math.min((head - tail) | 0, size - from, CHUNK_EVENTS);
    const chunk = chunkFor(count);
    chunk.writeUInt8(FrameKind.Events, 0);
    chunk.writeUInt32LE(count * EVENT_BYTES, 1);
    chunk.set(bytes.subarray(from * EVENT_BYTES, (from + count) * EVENT_BYTES), FRAME_HEAD);
    tail = (tail + count) | 0;
    // Only now may the main thread write over them.
    Atomics.store(ctl, Ctl.Tail, tail);
    socket.write(chunk.subarray(0, FRAME_HEAD + count * EVENT_BYTES), () => {
      if (chunk.length === CHUNK_BYTES && spare.length < MAX_CHUNKS) spare.push(chunk);
    });
  }
}

/** While the collector does not keep up, as small as it can be: it stays until it is sent. */
function chunkFor(count: number): Buffer {
  const used = spare.pop();
  if (used) return used;
  if (chunks === MAX_CHUNKS) return Buffer.allocUnsafeSlow(FRAME_HEAD + count * EVENT_BYTES);
  chunks++;
  return Buffer.allocUnsafeSlow(CHUNK_BYTES);
}

function sendJson(kind: FrameKind, value: unknown): void {
  const json = Buffer.from(JSON.stringify(value));
  const head = Buffer.allocUnsafe(FRAME_HEAD);
  head.writeUInt8(kind, 0);
  head.writeUInt32LE(json.length, 1);
  socket.write(Buffer.concat([head, json]));
}

function disconnect(): void {
  session?.disconnect();
  session = undefined;
}

/** By an evaluation that V8 runs as an interrupt on top of the blocked frames. */
function readMainStack(done: (frames: RawFrame[] | undefined) => void): void {
  session = new Session();
  session.connectToMainThread();
  const expression = `process[Symbol.for(${JSON.stringify(AGENT_KEY)})]?.stack()\n//# sourceURL=${OWN_URL}stall`;
  session.post(
    'Runtime.evaluate',
    { expression, silent: true, returnByValue: true },
    (error: Error | null, answer: { result?: { value?: RawFrame[] } } | undefined) => {
      disconnect();
      const frames = answer?.result?.value;
      done(error || !Array.isArray(frames) ? undefined : frames);
    },
  );
}
