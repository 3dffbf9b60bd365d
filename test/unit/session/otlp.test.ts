import http from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { Op } from '../../../src/model/event.ts';
import type { RecordingWriter } from '../../../src/recording/contract.ts';
import { otlpAddress } from '../../../src/session/otlp-address.ts';
import { openOtlpStream } from '../../../src/session/otlp-stream.ts';
import { HEADER, TABLES } from '../recording/sample.ts';
import { checkOtlp } from '../report/format-checks.ts';
import type { OtlpObject } from '../report/format-checks.ts';
import { BLOCKED, REPORT } from '../report/sample.ts';

/** A collector that keeps what it is sent and answers with what `answer` says. */
async function collector(answer: (asked: number) => number = () => 200) {
  const got: { path: string; body: OtlpObject; headers: http.IncomingHttpHeaders }[] = [];
  let asked = 0;
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (data: Buffer) => (body += String(data)));
    request.on('end', () => {
      const status = answer(asked++);
      if (status === 200)
        got.push({ path: request.url ?? '', body: JSON.parse(body) as OtlpObject, headers: request.headers });
      response.writeHead(status, status === 503 ? { 'retry-after': '0.01' } : {}).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  return { got, url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` };
}

const cleanUp: (() => void)[] = [];
afterEach(() => cleanUp.splice(0).forEach((clean) => clean()));

function fakeWriter(): RecordingWriter {
  const nothing = () => undefined;
  return {
    ...{
      events: nothing,
      tables: nothing,
      stall: nothing,
      rejection: nothing,
      profile: nothing,
      note: nothing,
    },
    backlog: 7,
    end: () => Promise.resolve(),
  };
}

const REQUEST = Int32Array.of(
  ...[Op.Before, 40, 500, 0],
  ...[Op.RequestStart | (1 << 8), 7, 1_000, 1],
  ...[Op.RequestEnd | (200 << 8), 7, 62_000, 2],
  ...[Op.After, 40, 62_500, 0],
  ...[Op.Heartbeat, 100, 80_000, 5_000],
  ...[Op.Heartbeat, 100, 100_000, 5_000],
);

test('spans, metrics and findings arrive, with the headers of the environment', async () => {
  const { got, url } = await collector();
  const env = { OTEL_EXPORTER_OTLP_HEADERS: 'x-team=a%20b', OTEL_SERVICE_NAME: 'shop' };
  const stream = await openOtlpStream(url, { env });
  const writer = stream.tap(fakeWriter(), HEADER);
  expect(writer.backlog).toBe(7);
  writer.tables(TABLES);
  writer.events({ thread: 'main', words: REQUEST });
  const delivery = await stream.finish({ ...REPORT, findings: [BLOCKED] });
  // The request, the turn that held the loop, the metrics of one thread, a finding.
  expect(delivery).toEqual({ sent: 4, dropped: 0 });
  expect(got.map(({ path }) => path)).toEqual(['/v1/traces', '/v1/traces', '/v1/metrics', '/v1/logs']);
  expect(got[0]).toMatchObject({
    body: { resourceSpans: [] },
    headers: { 'x-team': 'a b', 'content-type': 'application/json' },
  });
  const [, { body: spans }, { body: metrics }, { body: logs }] = got as [
    unknown,
    (typeof got)[0],
    (typeof got)[0],
    (typeof got)[0],
  ];
  checkOtlp({ ...spans, ...metrics, ...logs });
  expect(JSON.stringify(spans)).toContain('GET /orders/:id');
  expect(spans.resourceSpans[0]?.resource.attributes).toContainEqual({
    key: 'service.name',
    value: { stringValue: 'shop' },
  });
});

test('a pause that is told after what came next is no hold and no delay', async () => {
  const { got, url } = await collector();
  const stream = await openOtlpStream(url, { env: {} });
  const writer = stream.tap(fakeWriter(), HEADER);
  writer.tables(TABLES);
  writer.events({
    thread: 'main',
    words: Int32Array.of(
      ...[Op.Heartbeat, 0, 20_000, 20_000],
      ...[Op.Before, 40, 30_000, 0],
      ...[Op.After, 40, 2_050_000, 0],
      ...[Op.Heartbeat, 2_010_000, 2_050_000, 0],
    ),
  });
  for (const timeUs of [1_000_000, 2_045_000]) {
    writer.note({ kind: 'pause', thread: 'main', timeUs, forUs: timeUs - 35_000, by: 'debugger' });
  }
  await stream.finish();
  const told = JSON.stringify(got.map(({ body }) => body));
  expect(told).toContain('"name":"paused by a debugger"');
  expect(told).not.toContain('event loop held');
  const metrics = got
    .flatMap(({ body }) => (body as Partial<OtlpObject>).resourceMetrics ?? [])
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  const max = metrics.find(({ name }) => name === 'nodejs.eventloop.delay.max');
  expect(max?.gauge?.dataPoints[0]?.asDouble).toBe(0.005);
  const paused = metrics.find(({ name }) => name === 'looplens.pause.time');
  expect(paused?.sum?.dataPoints[0]?.asDouble).toBe(2.01);
});

test('what a busy collector refuses is sent again, what it never takes is counted', async () => {
  const busy = await collector((asked) => (asked === 1 || asked === 2 ? 503 : 200));
  const stream = await openOtlpStream(busy.url, { env: {} });
  stream.tap(fakeWriter(), HEADER);
  expect(await stream.finish({ ...REPORT, findings: [BLOCKED] })).toEqual({ sent: 1, dropped: 0 });

  const refusing = await collector((asked) => (asked === 0 ? 200 : 400));
  const warned: string[] = [];
  const log = {
    debug: () => undefined,
    info: () => undefined,
    warn: (text: string) => void warned.push(text),
  };
  const refused = await openOtlpStream(refusing.url, { env: {}, log });
  refused.tap(fakeWriter(), HEADER);
  expect(await refused.finish({ ...REPORT, findings: [BLOCKED, BLOCKED] })).toEqual({ sent: 0, dropped: 2 });
  expect(warned).toEqual(['The collector does not get everything: it answers 400.']);
});

test('a collector that takes nothing makes nobody wait, and memory stays bounded', async () => {
  const { url } = await collector((asked) => (asked === 0 ? 200 : 400));
  const stream = await openOtlpStream(url, { env: {} });
  const writer = stream.tap(fakeWriter(), HEADER);
  writer.tables(TABLES);
  // In one go, so that nothing can be sent meanwhile: far more than may wait.
  for (let i = 0; i < 40_000; i++) {
    const from = i * 20_000;
    writer.events({
      thread: 'main',
      words: Int32Array.of(Op.Before, 40, from, 0, Op.After, 40, from + 15_000, 0),
    });
  }
  const { sent, dropped } = await stream.finish();
  expect(sent).toBe(0);
  expect(dropped).toBeGreaterThanOrEqual(40_000);
});

test('an address that is none, or where nobody takes spans, is told in a sentence', async () => {
  await expect(openOtlpStream('localhost:4318', { env: {} })).rejects.toThrow(
    '"localhost:4318" is no address of a collector.',
  );
  await expect(openOtlpStream('http://127.0.0.1:9', { env: {} })).rejects.toThrow(
    /^No collector takes spans at http:\/\/127\.0\.0\.1:9\/v1\/traces: /,
  );
  const { url } = await collector(() => 404);
  await expect(openOtlpStream(url, { env: {} })).rejects.toThrow('it answers 404');
  expect(() => otlpAddress('http://a', { OTEL_EXPORTER_OTLP_HEADERS: 'x=%zz' })).toThrow(
    'OTEL_EXPORTER_OTLP_HEADERS cannot be read.',
  );
});

test.each([
  ['http://host:4318', 'http://host:4318/v1/metrics'],
  ['https://host/otlp/', 'https://host/otlp/v1/metrics'],
  ['http://host/v1/traces', 'http://host/v1/metrics'],
])('%s sends metrics to %s', (url, metrics) => {
  expect(otlpAddress(url, {}).endpoints.metrics.href).toBe(metrics);
});
