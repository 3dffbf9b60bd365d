import type * as DiagnosticsChannel from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import { Op, RequestKind } from '../model/event.ts';
import { subscribe } from './channels.ts';
import type { Labels } from './labels.ts';
import { createOpenTable } from './open-table.ts';
import { createPatterns } from './patterns.ts';
import type { Put } from './ring.ts';

/** Requests under way that are followed; more are counted as they end, but not swept. */
const MAX_OPEN = 20_000;

export interface RequestPorts {
  diagnostics: typeof DiagnosticsChannel;
  put: Put;
  now: () => number;
  labels: Labels;
  /** Number of the next request of the recording. */
  nextId: () => number;
}

/** Follows the requests that `node:http` and `node:http2` serve. */
export interface Requests {
  /** A stream of an HTTP/2 server begins; the same one may be told twice. */
  http2: (stream: ServerHttp2Stream, headers: Record<string, unknown>) => void;
  /** Records as ended what was closed before its response was finished. */
  sweep: () => void;
  stop: () => void;
}

/** What frameworks leave on the request: express its route, others nothing. */
interface RoutedRequest extends IncomingMessage {
  route?: { path?: unknown };
  baseUrl?: string;
}

interface Open {
  id: number;
  method: string;
  /** Label of what was asked for. */
  label: number;
  request: RoutedRequest | undefined;
  /** Label of the route's pattern, where a framework told it; 0 = none. */
  pattern: number;
}

type Answer = ServerResponse | ServerHttp2Stream;

export function startRequests({ diagnostics, put, now, labels, nextId }: RequestPorts): Requests {
  const open = createOpenTable<Answer, Open>(MAX_OPEN);

  const patterns = createPatterns(() =>
    subscribe(diagnostics, {
      'tracing:fastify.request.handler:start': (message: {
        reply?: { raw?: ServerResponse };
        route?: { url?: string };
      }) => {
        const response = message.reply?.raw;
        const entry = response && open.get(response);
        const url = message.route?.url;
        if (!entry || url === undefined) return;
        entry.pattern = labels.ofRequest(entry.method, url);
        patterns.told(entry.label, entry.pattern);
      },
    }),
  );

  const begin = (
    answer: Answer,
    kind: RequestKind,
    method: string,
    url: string,
    request: RoutedRequest | undefined,
  ): void => {
    const id = nextId();
    // The query may hold anything, and a route does not depend on it.
    const query = url.indexOf('?');
    const path = query < 0 ? url : url.slice(0, query);
    const label = labels.ofRequest(method, path);
    open.add(answer, { id, method, label, request, pattern: 0 });
    patterns.asked(label);
    put(Op.RequestStart | (kind << 8), id, now(), label);
  };
  const finish = (answer: Answer, status: number): void => {
    const entry = open.take(answer);
    if (!entry) return;
    const pattern = expressPattern(entry.request);
    const route =
      pattern === undefined
        ? entry.pattern || patterns.of(entry.label)
        : labels.ofRequest(entry.method, pattern);
    put(Op.RequestEnd | ((status & 0xffff) << 8), entry.id, now(), route);
  };

  const http2 = (stream: ServerHttp2Stream, headers: Record<string, unknown>): void => {
    // Even ids are streams that the server pushes by itself.
    if ((stream.id ?? 1) % 2 === 0) return;
    // From Node 22 on both a channel and the server tell of it.
    if (open.get(stream)) return;
    const { ':method': method, ':path': path } = headers;
    begin(stream, RequestKind.Http2, text(method), text(path), undefined);
  };

  const unsubscribe = subscribe(diagnostics, {
    'http.server.request.start': ({
      request,
      response,
    }: {
      request: RoutedRequest;
      response: ServerResponse;
    }) => begin(response, RequestKind.Http, request.method ?? '', request.url ?? '', request),
    'http.server.response.finish': ({ response }: { response: ServerResponse }) =>
      finish(response, response.statusCode),
    // Node 22 and later.
    'http2.server.stream.created': (message: {
      stream: ServerHttp2Stream;
      headers: Record<string, unknown>;
    }) => http2(message.stream, message.headers),
    'http2.server.stream.close': ({ stream }: { stream: ServerHttp2Stream }) =>
      finish(stream, http2Status(stream)),
  });

  return {
    http2,
    sweep: () => {
      patterns.sweep();
      open.each((answer) => {
        if ('statusCode' in answer) {
          if (answer.destroyed || answer.closed) finish(answer, 0);
        } else if (answer.closed) finish(answer, http2Status(answer));
      });
    },
    stop: () => {
      unsubscribe();
      patterns.stop();
      open.clear();
    },
  };
}

function http2Status(stream: ServerHttp2Stream): number {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- absent before the headers are sent
  const status = stream.sentHeaders?.[':status'];
  return typeof status === 'number' && !stream.aborted ? status : 0;
}

function expressPattern(request: RoutedRequest | undefined): string | undefined {
  if (!request) return undefined;
  const path = request.route?.path;
  return typeof path === 'string' ? (request.baseUrl ?? '') + path : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
