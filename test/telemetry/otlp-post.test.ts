import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OtlpPost, openOtlpPost, tracesUrl } from '../../telemetry/otlp-post.ts';
import { ProtobufWriter } from '../../telemetry/protobuf-writer.ts';

describe('the URL of the traces', () => {
  it.each([
    ['http://127.0.0.1:4318', 'http://127.0.0.1:4318/v1/traces'],
    ['http://127.0.0.1:4318/', 'http://127.0.0.1:4318/v1/traces'],
    ['http://collector.test/v1/traces', 'http://collector.test/v1/traces'],
    ['http://collector.test/v1/traces/', 'http://collector.test/v1/traces'],
    ['https://collector.test/otlp', 'https://collector.test/otlp/v1/traces'],
    ['https://collector.test/otlp?tenant=a', 'https://collector.test/otlp/v1/traces?tenant=a'],
  ])('of %s is %s', (endpoint, url) => {
    expect(tracesUrl(endpoint).href).toBe(url);
  });

  it('cannot be made of what is no URL', () => {
    expect(() => tracesUrl('collector:port')).not.toThrow();
    expect(() => tracesUrl('no url')).toThrow('Invalid URL');
  });
});

describe('a post', () => {
  interface Seen {
    readonly request: IncomingMessage;
    readonly body: Buffer;
  }

  let server: Server;
  let post: OtlpPost;
  let seen: Seen[];
  let sockets: number;
  let answer: (response: ServerResponse, request: IncomingMessage) => void;

  beforeEach(async () => {
    seen = [];
    sockets = 0;
    answer = (response) => response.end();
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.push({ request, body: Buffer.concat(chunks) });
        answer(response, request);
      });
    });
    server.on('connection', () => {
      sockets += 1;
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    post = openOtlpPost(urlOf(server), { authorization: 'Bearer secret' });
  });

  afterEach(() => {
    post.close();
    server.closeAllConnections();
    server.close();
  });

  function urlOf(one: Server): string {
    const address = one.address();
    return typeof address === 'object' ? `http://127.0.0.1:${address?.port}` : '';
  }

  function answers(status: number, headers: Record<string, string> = {}, body?: Uint8Array): void {
    answer = (response) => response.writeHead(status, headers).end(body);
  }

  it('carries the bytes, their type and the headers of the settings', async () => {
    const body = Uint8Array.of(1, 2, 3);

    expect(await post.post(body)).toEqual({ kind: 'taken', rejectedSpans: 0 });

    expect(seen).toHaveLength(1);
    expect(seen[0]?.body).toEqual(Buffer.from(body));
    expect(seen[0]?.request).toMatchObject({ method: 'POST', url: '/v1/traces' });
    expect(seen[0]?.request.headers).toMatchObject({
      'content-type': 'application/x-protobuf',
      'content-length': '3',
      authorization: 'Bearer secret',
    });
  });

  it('goes over the connection of the post before it', async () => {
    for (let count = 0; count < 3; count += 1) await post.post(Uint8Array.of(count));

    expect(seen).toHaveLength(3);
    expect(sockets).toBe(1);
  });

  it('learns how many spans were rejected', async () => {
    const writer = new ProtobufWriter(100);
    const partialSuccess = writer.open(1);
    writer.integer(1, 300);
    writer.close(partialSuccess);
    answers(200, {}, writer.written());

    expect(await post.post(Uint8Array.of(1))).toEqual({ kind: 'taken', rejectedSpans: 300 });
  });

  it.each([400, 401, 404, 413, 500])('that is answered with %i is refused', async (status) => {
    answers(status);

    expect(await post.post(Uint8Array.of(1))).toEqual({ kind: 'refused', status });
  });

  it.each([429, 502, 503, 504])('that is answered with %i may be tried again', async (status) => {
    answers(status, { 'retry-after': '7' });

    const outcome = await post.post(Uint8Array.of(1));
    expect(outcome).toEqual({ kind: 'unreachable', retryAfterMs: 7000 });
  });

  it('is told no pause by an answer that names a date', async () => {
    answers(503, { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' });

    const outcome = await post.post(Uint8Array.of(1));
    expect(outcome).toEqual({ kind: 'unreachable', retryAfterMs: undefined });
  });

  it('reads no more of a long answer than it needs', async () => {
    answers(200, {}, new Uint8Array(5_000_000).fill(0x0a));

    expect(await post.post(Uint8Array.of(1))).toMatchObject({ kind: 'taken' });
  });

  it('does not reach a collector that hangs up', async () => {
    answer = (_, request) => request.socket.destroy();

    const outcome = await post.post(Uint8Array.of(1));
    expect(outcome).toEqual({ kind: 'unreachable', retryAfterMs: undefined });
  });

  it('does not reach a collector that hangs up within its answer', async () => {
    answer = (response, request) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('x', () => request.socket.destroy());
    };

    const outcome = await post.post(Uint8Array.of(1));
    expect(outcome).toMatchObject({ kind: 'unreachable' });
  });

  it('does not reach a collector that is not there', async () => {
    const url = urlOf(server);
    await new Promise((resolve) => {
      server.close(resolve);
    });

    const outcome = await openOtlpPost(url).post(Uint8Array.of(1));
    expect(outcome).toMatchObject({ kind: 'unreachable' });
  });
});
