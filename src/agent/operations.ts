import type { ChildProcess } from 'node:child_process';
import type * as DiagnosticsChannel from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { ClientHttp2Stream } from 'node:http2';
import { Op, OperationKind } from '../model/event.ts';
import { subscribe } from './channels.ts';
import { lastName, ownerOf } from './handles.ts';
import type { Labels } from './labels.ts';
import { createOpenTable } from './open-table.ts';
import type { Put } from './ring.ts';

/** Operations under way that are followed; the ends of more are not known. */
const MAX_OPEN = 20_000;
/** Status of what failed. */
const FAILED = 0xffffff;

interface OperationPorts {
  diagnostics: typeof DiagnosticsChannel;
  put: Put;
  now: () => number;
  labels: Labels;
  /** The execution under way. */
  current: () => number;
  /** A child process was made; it has no file name yet. */
  onChild: (child: ChildProcess, age: 'made' | 'found') => void;
}

/** Follows what the program asks of the world outside: HTTP requests, fetches, child processes. */
export interface Operations {
  /** A resource was made: tells of child processes on Node 18, which has no channel for them. */
  made: (type: string, resource: object) => void;
  /** Records as failed what was closed without an answer. */
  sweep: () => void;
  stop: () => void;
}

/** A request of undici, which is what `fetch` is made of. */
interface UndiciRequest {
  origin?: string | URL;
  method?: string;
  path?: string;
}

type Asked = ClientRequest | UndiciRequest | ClientHttp2Stream | ChildProcess;

export function startOperations(ports: OperationPorts): Operations {
  const { diagnostics, put, now, labels, current, onChild } = ports;
  const open = createOpenTable<Asked, number>(MAX_OPEN);
  let count = 0;

  const begin = (asked: Asked, kind: OperationKind, label: () => number): void => {
    if (open.isFull() || open.get(asked) !== undefined) return;
    const id = ++count;
    open.add(asked, id);
    put(Op.OperationStart | (kind << 8), id, now(), label());
  };
  const end = (asked: Asked, status: number): void => {
    const id = open.take(asked);
    if (id === undefined) return;
    put(Op.OperationEnd | ((status & 0xffffff) << 8), id, now(), current());
  };

  const onRequest = ({ request }: { request: ClientRequest }): void =>
    begin(request, OperationKind.Http, () => labels.index(httpLabel(request)));

  /** Children whose exit we listen to. */
  const children = new Map<ChildProcess, () => void>();
  const onProcess = (child: ChildProcess, age: 'made' | 'found'): void => {
    if (open.get(child) !== undefined) return;
    begin(child, OperationKind.ChildProcess, () => labels.later(() => commandLabel(child)));
    const onExit = (): void => {
      children.delete(child);
      // Null after a signal: no exit code is that.
      end(child, child.exitCode ?? FAILED);
    };
    children.set(child, onExit);
    child.prependOnceListener('exit', onExit);
    onChild(child, age);
  };
  const nodeHasChannel = Number(process.versions.node.split('.', 1)[0]) >= 20;
  let bare: object[] = [];

  const unsubscribe = subscribe(diagnostics, {
    // The first is of Node 22 and later.
    'http.client.request.created': onRequest,
    'http.client.request.start': onRequest,
    'http.client.response.finish': (message: { request: ClientRequest; response: IncomingMessage }) =>
      end(message.request, message.response.statusCode ?? 0),
    'http.client.request.error': ({ request }: { request: ClientRequest }) => end(request, FAILED),
    'undici:request:create': ({ request }: { request: UndiciRequest }) =>
      begin(request, OperationKind.Fetch, () =>
        labels.index(urlLabel(request.method, String(request.origin ?? ''), request.path)),
      ),
    'undici:request:headers': (message: { request: UndiciRequest; response: { statusCode: number } }) =>
      end(message.request, message.response.statusCode),
    'undici:request:error': ({ request }: { request: UndiciRequest }) => end(request, FAILED),
    'http2.client.stream.created': (message: {
      stream: ClientHttp2Stream;
      headers: Record<string, unknown>;
    }) => {
      const {
        ':method': method,
        ':scheme': scheme,
        ':authority': authority,
        ':path': path,
      } = message.headers;
      const origin = `${String(scheme)}://${String(authority)}`;
      begin(message.stream, OperationKind.Http2, () =>
        labels.index(urlLabel(String(method), origin, String(path))),
      );
    },
    'http2.client.stream.finish': (message: {
      stream: ClientHttp2Stream;
      headers: Record<string, unknown>;
    }) => end(message.stream, Number(message.headers[':status']) || 0),
    'http2.client.stream.close': ({ stream }: { stream: ClientHttp2Stream }) => end(stream, FAILED),
    child_process: (message: { process: ChildProcess }) => onProcess(message.process, 'made'),
  });

  return {
    made: (type, resource) => {
      if (type === 'PROCESSWRAP' && !nodeHasChannel && bare.length < 100) bare.push(resource);
    },
    sweep: () => {
      for (const handle of bare) {
        const child = ownerOf(handle);
        if (child) onProcess(child as ChildProcess, 'found');
      }
      bare = [];
      open.each((asked) => {
        if ('destroyed' in asked && asked.destroyed) end(asked, FAILED);
        else if ('exitCode' in asked && asked.exitCode !== null) end(asked, asked.exitCode);
      });
    },
    stop: () => {
      unsubscribe();
      for (const [child, onExit] of children) child.off('exit', onExit);
      children.clear();
      open.clear();
    },
  };
}

function httpLabel(request: ClientRequest): string {
  const host = request.getHeader('host');
  const origin = `${request.protocol}//${typeof host === 'string' ? host : request.host}`;
  return urlLabel(request.method, origin, request.path);
}

/** `GET http://host/path`: without a query and without credentials, which may hold secrets. */
function urlLabel(method = 'GET', origin: string, path = ''): string {
  // Through a proxy, the path is a whole address.
  const url = /^https?:/i.test(path) ? path : origin + path;
  return `${method} ${url.split(/[?#]/, 1)[0]!.replace(/\/\/[^/@]*@/, '//')}`;
}

/** The command's name, and the script where it is Node: arguments may hold secrets. */
function commandLabel(child: ChildProcess): string {
  const command = lastName(child.spawnfile);
  if (!/^node(\.exe)?$/i.test(command)) return command;
  const script = child.spawnargs.slice(1).find((arg) => /\.[cm]?[jt]sx?$/.test(arg));
  return script === undefined ? command : `${command} ${lastName(script)}`;
}
