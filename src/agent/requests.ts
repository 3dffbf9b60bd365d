import type * as DiagnosticsChannel from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Op, RequestKind } from '../model/event.ts';
import type { Put } from './ring.ts';

/** Requests under way that are followed; more are counted as they end, but not swept. */
const MAX_OPEN = 20_000;
const MAX_LABEL = 200;
/** Different labels kept; afterwards new ones are recorded as label 0. */
const MAX_LABELS = 5_000;

interface RequestPorts {
  diagnostics: typeof DiagnosticsChannel;
  put: Put;
  now: () => number;
  onLabel: (i: number, text: string) => void;
}

/** Follows the requests that `node:http` serves, through its diagnostics channels. */
export interface Requests {
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
  request: RoutedRequest;
  /** The route's pattern, where a framework told it. */
  pattern?: string;
}

export function startRequests({ diagnostics, put, now, onLabel }: RequestPorts): Requests {
  const labels = new Map<string, number>();
  const open = new Map<ServerResponse, Open>();
  let count = 0;

  const labelIndex = (text: string): number => {
    const known = labels.get(text);
    if (known !== undefined) return known;
    if (labels.size >= MAX_LABELS) return 0;
    const i = labels.size + 1;
    labels.set(text, i);
    onLabel(i, text);
    return i;
  };

  const onStart = guard(({ request, response }: { request: RoutedRequest; response: ServerResponse }) => {
    const id = ++count;
    if (open.size < MAX_OPEN) open.set(response, { id, request });
    // The query may hold anything, and a route does not depend on it.
    const path = (request.url ?? '').split('?', 1)[0]!;
    put(
      Op.RequestStart | (RequestKind.Http << 8),
      id,
      now(),
      labelIndex(`${request.method ?? ''} ${path}`.slice(0, MAX_LABEL)),
    );
  });

  const finish = (response: ServerResponse, status: number): void => {
    const entry = open.get(response);
    if (!entry) return;
    open.delete(response);
    const pattern = entry.pattern ?? expressPattern(entry.request);
    const route =
      pattern === undefined ? 0 : labelIndex(`${entry.request.method ?? ''} ${pattern}`.slice(0, MAX_LABEL));
    put(Op.RequestEnd | ((status & 0xffff) << 8), entry.id, now(), route);
  };

  const onFinish = guard(({ response }: { response: ServerResponse }) => {
    finish(response, response.statusCode);
  });

  const onFastify = guard((message: { reply?: { raw?: ServerResponse }; route?: { url?: string } }) => {
    const response = message.reply?.raw;
    const entry = response && open.get(response);
    if (entry && message.route?.url !== undefined) entry.pattern = message.route.url;
  });

  const subscriptions: [string, (message: unknown) => void][] = [
    ['http.server.request.start', onStart],
    ['http.server.response.finish', onFinish],
    ['tracing:fastify.request.handler:start', onFastify],
  ];
  for (const [name, listener] of subscriptions) diagnostics.subscribe(name, listener);

  return {
    sweep: () => {
      for (const response of open.keys()) {
        if (response.destroyed || response.closed) finish(response, 0);
      }
    },
    stop: () => {
      for (const [name, listener] of subscriptions) diagnostics.unsubscribe(name, listener);
      open.clear();
    },
  };
}

function expressPattern(request: RoutedRequest): string | undefined {
  const path = request.route?.path;
  return typeof path === 'string' ? (request.baseUrl ?? '') + path : undefined;
}

/** A channel's subscriber that throws would surface in the program as an uncaught exception. */
function guard(listener: (message: never) => void): (message: unknown) => void {
  return (message) => {
    try {
      listener(message as never);
    } catch {
      // A request or response of another shape than Node's: not followed.
    }
  };
}
