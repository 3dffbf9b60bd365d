import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { AgentMessage } from '../agent/protocol.ts';
import { FRAME_HEAD, FrameKind } from '../agent/protocol.ts';
import { Emitter } from '../base/emitter.ts';
import type { Listen } from '../base/emitter.ts';

/** No frame of the agent's worker is longer; a longer one comes from a stranger. */
const MAX_FRAME = 64 << 20;

/** The other end of the agent's worker: a local socket (a named pipe on Windows) that takes one connection. */
export interface Collector {
  readonly socketPath: string;
  readonly token: string;
  readonly onEvents: Listen<Int32Array>;
  readonly onMessages: Listen<AgentMessage[]>;
  /** Resolves when the worker has connected. */
  readonly connected: Promise<void>;
  /** Resolves when the worker has said goodbye or its connection has closed. */
  readonly finished: Promise<void>;
  close(): Promise<void>;
}

export async function openCollector(): Promise<Collector> {
  const token = randomBytes(16).toString('hex');
  const windows = process.platform === 'win32';
  // Short: a socket's path may have 104 bytes on macOS.
  const folder = windows ? undefined : await fs.mkdtemp(path.join(await fs.realpath(os.tmpdir()), 'll-'));
  const socketPath = folder ? path.join(folder, 's') : String.raw`\\.\pipe\looplens-${token}`;
  const events = new Emitter<Int32Array>();
  const messages = new Emitter<AgentMessage[]>();
  let finish: () => void;
  const finished = new Promise<void>((resolve) => (finish = resolve));

  let greet: () => void;
  const connected = new Promise<void>((resolve) => (greet = resolve));
  let accepted: net.Socket | undefined;
  const server = net.createServer((socket) => {
    let greeted = false;
    const frames = createFrameReader((kind, payload) => {
      if (!greeted) {
        greeted =
          kind === FrameKind.Hello && (JSON.parse(payload.toString()) as { token?: string }).token === token;
        if (!greeted || accepted) throw new Error('a stranger');
        accepted = socket;
        greet();
        return;
      }
      if (kind === FrameKind.Events) events.fire(toWords(payload));
      else if (kind === FrameKind.Messages) messages.fire(JSON.parse(payload.toString()) as AgentMessage[]);
      else if (kind === FrameKind.Bye) finish();
    });
    socket.on('data', (data) => {
      try {
        frames(data);
      } catch {
        socket.destroy();
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (socket === accepted) finish();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });

  return {
    socketPath,
    token,
    onEvents: events.event,
    onMessages: messages.event,
    connected,
    finished,
    close: async () => {
      accepted?.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      if (folder) await fs.rm(folder, { recursive: true, force: true });
    },
  };
}

/** Cuts a byte stream into frames. Throws on a frame that cannot be one of ours. */
export function createFrameReader(onFrame: (kind: number, payload: Buffer) => void): (data: Buffer) => void {
  let parts: Buffer[] = [];
  let have = 0;
  let need = FRAME_HEAD;
  return (data) => {
    parts.push(data);
    have += data.length;
    if (have < need) return;
    let rest = parts.length === 1 ? data : Buffer.concat(parts);
    while (rest.length >= FRAME_HEAD) {
      const length = rest.readUInt32LE(1);
      if (length > MAX_FRAME) throw new Error('frame too long');
      if (rest.length < FRAME_HEAD + length) break;
      onFrame(rest.readUInt8(0), rest.subarray(FRAME_HEAD, FRAME_HEAD + length));
      rest = rest.subarray(FRAME_HEAD + length);
    }
    parts = [rest];
    have = rest.length;
    need = have >= FRAME_HEAD ? FRAME_HEAD + rest.readUInt32LE(1) : FRAME_HEAD;
  };
}

/** Copies: the payload need not begin at a multiple of four, and its buffer is shared. */
export function toWords(payload: Buffer): Int32Array {
  const words = new Int32Array(payload.length >> 2);
  Buffer.from(words.buffer).set(payload.subarray(0, words.byteLength));
  return words;
}
