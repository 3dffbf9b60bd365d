import http from 'node:http';
import { UserError } from '../base/user-error.ts';

/** What an inspector tells at `/json/list`. */
export interface Endpoint {
  host: string;
  port: number;
  webSocketUrl: string;
  /** Usually the main script. */
  title: string;
}

const ANSWER_MS = 3000;
const MAX_ANSWER = 1 << 20;

/** Asks `host:port` for its inspector; undefined when nobody listens or somebody else answers. */
export async function probeEndpoint(host: string, port: number): Promise<Endpoint | undefined> {
  const text = await getText(host, port, '/json/list').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const [first] = JSON.parse(text) as { webSocketDebuggerUrl?: string; title?: string; type?: string }[];
    if (typeof first?.webSocketDebuggerUrl !== 'string' || first.type !== 'node') return undefined;
    const path = new URL(first.webSocketDebuggerUrl).pathname;
    return {
      host,
      port,
      webSocketUrl: `ws://${bracket(host)}:${port}${path}`,
      title: first.title ?? '',
    };
  } catch {
    return undefined;
  }
}

/**
 * Whether the inspector with this address is the one that answers there: a program in a container or behind a tunnel
 * tells an address that is another's here, or nobody's.
 */
export async function answersAt(webSocketUrl: string): Promise<boolean> {
  const { hostname, port, pathname } = new URL(webSocketUrl);
  const endpoint = await probeEndpoint(hostname.replace(/^\[(.*)\]$/, '$1'), Number(port));
  return endpoint !== undefined && new URL(endpoint.webSocketUrl).pathname === pathname;
}

/** @throws UserError `unreachable`: nobody listens there, or it is not Node's inspector. */
export async function requireEndpoint(host: string, port: number): Promise<Endpoint> {
  const endpoint = await probeEndpoint(host, port);
  if (endpoint) return endpoint;
  const listening = await getText(host, port, '/').then(
    () => true,
    (error: unknown) =>
      !['ECONNREFUSED', 'EHOSTUNREACH'].includes((error as NodeJS.ErrnoException).code ?? ''),
  );
  throw listening
    ? new UserError(
        'unreachable',
        `${host}:${port} is not the inspector of a Node.js process.`,
        'Give the port that "Debugger listening on" shows, not the port of your server.',
      )
    : new UserError(
        'unreachable',
        `Nothing listens at ${host}:${port}.`,
        'Start the program with --inspect, or give its process id with --pid; "looplens targets" lists what runs.',
      );
}

/** Body of the answer to a GET. Rejects when nobody answers in time, or with more than an inspector would say. */
export function getText(host: string, port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get({ host, port, path, timeout: ANSWER_MS, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
        if (text.length > MAX_ANSWER) request.destroy(new Error('answer too long'));
      });
      response.on('end', () => resolve(text));
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', reject);
  });
}

function bracket(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
