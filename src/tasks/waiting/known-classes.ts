import type { WaitingKind } from '../../model/task.ts';
import { NONE } from '../snapshot/heap-graph.ts';
import type { HeapGraph, Node } from '../snapshot/heap-graph.ts';
import { describeSocket, describeTimer, numberOf, textOf } from './describe.ts';

/** What an object of Node tells about who is going to call back. */
export interface KnownHolder {
  kind: WaitingKind;
  detail: string;
}

/** Whether an object says what is waited for, when it was reached by its property `edge`; undefined when it does not. */
export function knownHolder(
  heap: HeapGraph,
  object: Node,
  edgeName: string,
  event: string | undefined,
): KnownHolder | undefined {
  const name = heap.name(object);
  const edge = edgeName.replace(/^<symbol (.*)>$/, 'Symbol($1)');
  const known = CLASSES[name];
  if (known) {
    if (known.by && !known.by.test(edge)) return undefined;
    return { kind: known.kind, detail: known.detail(heap, object, event) };
  }
  if (!/^(_events|Symbol\((kEvents|events\.\w+)\))$/.test(edge)) return undefined;
  return emitter(heap, object, name, event);
}

interface KnownClass {
  kind: WaitingKind;
  /** Properties by which a callback hangs on it; by others its owner only happens to hold it. */
  by?: RegExp;
  detail: (heap: HeapGraph, object: Node, event: string | undefined) => string;
}

const plain = (text: string) => () => text;
const LISTENERS = /^(_events|Symbol\(kEvents\)|Symbol\(kHandlers\)|Symbol\(konmessage\)|onmessage)$/;
const onClass =
  (what: (heap: HeapGraph, object: Node) => string) =>
  (heap: HeapGraph, object: Node, event: string | undefined): string =>
    event === undefined ? what(heap, object) : `"${event}" of ${what(heap, object)}`;

const childProcess: KnownClass = {
  kind: 'child-process',
  by: LISTENERS,
  detail: onClass((heap, object) => {
    const pid = numberOf(heap, object, 'pid');
    const file = textOf(heap, object, 'spawnfile')?.replace(/^.*[\\/]/, '');
    return ['child process', file, pid !== undefined && `(pid ${pid})`].filter(Boolean).join(' ');
  }),
};
const net: KnownClass = { kind: 'net', by: LISTENERS, detail: onClass(describeSocket) };
const server: KnownClass = {
  kind: 'net',
  by: LISTENERS,
  detail: onClass((heap, object) => heap.name(object)),
};
const http: KnownClass = { kind: 'http', by: LISTENERS, detail: onClass(describeHttp) };
const worker: KnownClass = {
  kind: 'worker',
  by: LISTENERS,
  detail: onClass((heap, node) => heap.name(node)),
};
const fsRequest: KnownClass = {
  kind: 'fs',
  by: /^(oncomplete|context|promise|)$/,
  detail: (heap, object) => {
    const path = textOf(heap, object, 'path');
    return path === undefined ? 'file system request' : `file system request for ${path}`;
  },
};
const dns: KnownClass = {
  kind: 'dns',
  detail: (heap, object) => {
    const host = textOf(heap, object, 'hostname');
    return host === undefined ? 'DNS look-up' : `DNS look-up of ${host}`;
  },
};
const socketRequest = (what: string): KnownClass => ({
  kind: 'net',
  by: /^(oncomplete|handle|callback)$/,
  detail: (heap, object) => {
    const address = textOf(heap, object, 'address');
    const port = numberOf(heap, object, 'port');
    return address === undefined ? what : `${what} to ${address}${port === undefined ? '' : `:${port}`}`;
  },
});

/** Classes of Node, and the edges of them that lead to a callback. */
const CLASSES: Partial<Record<string, KnownClass>> = {
  Timeout: { kind: 'timer', by: /^(_onTimeout|_timerArgs)$/, detail: describeTimer },
  Immediate: { kind: 'timer', by: /^(_onImmediate|_argv)$/, detail: plain('setImmediate') },
  FSReqPromise: fsRequest,
  FSReqCallback: fsRequest,
  FileHandle: { kind: 'fs', by: /^(|Symbol\(kClose\w*\))$/, detail: plain('file handle being closed') },
  FileHandleReadWrap: { kind: 'fs', detail: plain('file being read') },
  GetAddrInfoReqWrap: dns,
  GetNameInfoReqWrap: dns,
  QueryReqWrap: dns,
  TCPConnectWrap: socketRequest('TCP connection'),
  PipeConnectWrap: socketRequest('pipe connection'),
  Socket: net,
  TLSSocket: net,
  Server: server,
  ClientRequest: http,
  IncomingMessage: http,
  ServerResponse: http,
  ClientHttp2Session: http,
  ClientHttp2Stream: http,
  ServerHttp2Stream: http,
  Agent: http,
  ChildProcess: childProcess,
  Worker: worker,
  MessagePort: worker,
  BroadcastChannel: worker,
};

function emitter(
  heap: HeapGraph,
  object: Node,
  name: string,
  event: string | undefined,
): KnownHolder | undefined {
  const stream = heap.to(object, '_readableState') !== NONE || heap.to(object, '_writableState') !== NONE;
  const what = stream ? describeStream(heap, object, name) : name;
  return {
    kind: stream ? 'stream' : 'event',
    detail: event === undefined ? `an event of ${what}` : `"${event}" of ${what}`,
  };
}

function describeStream(heap: HeapGraph, object: Node, name: string): string {
  const path = textOf(heap, object, 'path');
  const state = heap.to(object, '_writableState');
  const length = state === NONE ? undefined : numberOf(heap, state, 'length');
  const mark = state === NONE ? undefined : numberOf(heap, state, 'highWaterMark');
  const full = length !== undefined && mark !== undefined && length >= mark && mark > 0;
  const buffered = full ? `, which has ${length} of ${mark} bytes buffered` : '';
  return `${name}${path === undefined ? '' : ` ${path}`}${buffered}`;
}

function describeHttp(heap: HeapGraph, object: Node): string {
  const name = heap.name(object);
  if (name === 'ClientRequest') {
    const method = textOf(heap, object, 'method') ?? '';
    const host = textOf(heap, object, 'host') ?? '';
    const path = textOf(heap, object, 'path') ?? textOf(heap, object, '<symbol kPath>') ?? '';
    return ['HTTP request', method, `${host}${path}`].filter(Boolean).join(' ');
  }
  if (name === 'IncomingMessage') {
    const url = textOf(heap, object, 'url');
    const method = textOf(heap, object, 'method');
    if (url) return `HTTP request ${method ?? ''} ${url}`;
    const request = heap.to(object, 'req');
    return request === NONE ? 'HTTP response' : describeHttp(heap, request).replace('request', 'response to');
  }
  if (name === 'ServerResponse') {
    const request = heap.to(object, 'req');
    const url = request === NONE ? undefined : textOf(heap, request, 'url');
    const method = request === NONE ? undefined : textOf(heap, request, 'method');
    return url ? `HTTP response to ${method ?? ''} ${url}` : 'HTTP response';
  }
  return name;
}
