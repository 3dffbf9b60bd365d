// The agent's worker: takes events out of the ring and sends them away, and reads the main thread's stack while it is
// held. Runs in the user's process, but does all of its work off the user's loop.
import { Session } from 'node:inspector';
import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { AGENT_KEY, Ctl, FRAME_HEAD, FrameKind, OWN_URL } from './protocol.ts';
import type { AgentMessage, RawFrame } from './protocol.ts';

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
/** Unsent bytes at which draining pauses; then the ring overruns and counts, and memory stays bounded. */
const MAX_UNSENT = 8 << 20;

const port = parentPort!;
const { ctl, words, socketPath, token, originUs, stallMs, heartbeatMs } = workerData as WorkerInput;
const size = words.length / 4;
const nowUs = (): number => Number(process.hrtime.bigint() / 1000n) - originUs;

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
    drain();
    socket.write('', sent);
    return;
  }
  if (message === 'finish') {
    drain();
    sendJson(FrameKind.Bye, {});
    stalls.close();
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
  drain();
  stalls.check();
}

function drain(): void {
  if (socket.writableLength > MAX_UNSENT) return;
  const head = Atomics.load(ctl, Ctl.Head);
  const tail = Atomics.load(ctl, Ctl.Tail);
  const count = (head - tail) | 0;
  if (count <= 0) return;
  const mask = size - 1;
  const from = tail & mask;
  const first = Math.min(count, size - from);
  const payload = Buffer.allocUnsafe(FRAME_HEAD + count * 16);
  const out = new Int32Array(count * 4);
  out.set(words.subarray(from * 4, (from + first) * 4), 0);
  out.set(words.subarray(0, (count - first) * 4), first * 4);
  // Only now may the main thread write over them.
  Atomics.store(ctl, Ctl.Tail, head);
  payload.writeUInt8(FrameKind.Events, 0);
  payload.writeUInt32LE(count * 16, 1);
  Buffer.from(out.buffer).copy(payload, FRAME_HEAD);
  socket.write(payload);
}

function sendJson(kind: FrameKind, value: unknown): void {
  const json = Buffer.from(JSON.stringify(value));
  const head = Buffer.allocUnsafe(FRAME_HEAD);
  head.writeUInt8(kind, 0);
  head.writeUInt32LE(json.length, 1);
  socket.write(Buffer.concat([head, json]));
}

/**
 * Watches the shared words: the same execution for longer than `stallMs`, or no heartbeat for three of its periods,
 * means that the main thread is held. Its stack is then read by an evaluation that V8 runs as an interrupt on top of
 * the blocked frames, again at growing distances while it stays held.
 */
const stalls = createStallWatch();

function createStallWatch(): { check(): void; close(): void } {
  let session: Session | undefined;
  let execution = 0;
  let executionSeen = nowUs();
  let beat = 0;
  let beatSeen = nowUs();
  let nextUs = 0;
  let distanceUs = 0;
  let asking = false;

  // Connected only while it asks: a process that exits waits for its sessions to end.
  const close = (): void => {
    session?.disconnect();
    session = undefined;
  };

  const ask = (heldUs: number): void => {
    session = new Session();
    session.connectToMainThread();
    asking = true;
    const expression = `process[Symbol.for(${JSON.stringify(AGENT_KEY)})]?.stack()\n//# sourceURL=${OWN_URL}stall`;
    session.post(
      'Runtime.evaluate',
      { expression, silent: true, returnByValue: true },
      (error: Error | null, answer: { result?: { value?: RawFrame[] } } | undefined) => {
        asking = false;
        close();
        const frames = answer?.result?.value;
        if (error || !Array.isArray(frames) || frames.length === 0) return;
        sendJson(FrameKind.Messages, [
          { t: 'stall', time: nowUs(), held: heldUs, frames } satisfies AgentMessage,
        ]);
      },
    );
  };

  return {
    check: () => {
      if (Atomics.load(ctl, Ctl.Exiting) !== 0) {
        close();
        return;
      }
      const now = nowUs();
      if (ctl[Ctl.Execution] !== execution) {
        execution = ctl[Ctl.Execution]!;
        executionSeen = now;
        distanceUs = 0;
      }
      if (ctl[Ctl.Beat] !== beat) {
        beat = ctl[Ctl.Beat]!;
        beatSeen = now;
      }
      const running = Atomics.load(ctl, Ctl.Depth) > 0 ? now - executionSeen : 0;
      const silent = now - beatSeen;
      const held = Math.max(running, silent > heartbeatMs * 3000 ? silent : 0);
      if (held < stallMs * 1000 || asking || (distanceUs > 0 && now < nextUs)) return;
      distanceUs = Math.min(Math.max(distanceUs * 1.5, 10_000), 1_000_000);
      nextUs = now + distanceUs;
      ask(held);
    },
    close,
  };
}
