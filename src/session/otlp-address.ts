import { UserError } from '../base/user-error.ts';

/** What OTLP over HTTP is divided into. */
export type OtlpSignal = 'traces' | 'metrics' | 'logs';

/** Where to send, and with which headers. */
export interface OtlpAddress {
  endpoints: Record<OtlpSignal, URL>;
  headers: Record<string, string>;
}

/**
 * The endpoints of a collector by its address, as `OTEL_EXPORTER_OTLP_ENDPOINT` means it, and the headers of
 * `OTEL_EXPORTER_OTLP_HEADERS`.
 * @throws UserError `usage` when either cannot be read
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export function otlpAddress(text: string, env: NodeJS.ProcessEnv): OtlpAddress {
  const base = URL.canParse(text) ? new URL(text) : undefined;
  if (!base || !/^https?:$/.test(base.protocol)) {
    throw new UserError(
      'usage',
      `"${text}" is no address of a collector.`,
      'Write it like http://127.0.0.1:4318.',
    );
  }
  const root = base.pathname.replace(/\/+$/, '').replace(/\/v1\/(traces|metrics|logs)$/, '');
  const endpoint = (signal: OtlpSignal): URL => {
    const url = new URL(base);
    url.pathname = `${root}/v1/${signal}`;
    return url;
  };
  return {
    endpoints: { traces: endpoint('traces'), metrics: endpoint('metrics'), logs: endpoint('logs') },
    headers: readHeaders(env['OTEL_EXPORTER_OTLP_HEADERS'] ?? ''),
  };
}

/** `key=value,key2=value2`, values percent-encoded. */
function readHeaders(text: string): Record<string, string> {
  const headers = new Headers();
  for (const pair of text.split(',')) {
    if (pair.trim() === '') continue;
    const at = pair.indexOf('=');
    try {
      headers.append(pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim()));
    } catch (error) {
      throw new UserError(
        'usage',
        'OTEL_EXPORTER_OTLP_HEADERS cannot be read.',
        'Write it like "authorization=Bearer%20abc,x-team=web".',
        { cause: error },
      );
    }
  }
  return Object.fromEntries(headers);
}
