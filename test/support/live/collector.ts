import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { ReadSpan } from './otlp-reader.ts';
import { readSpans } from './otlp-reader.ts';

/** What a collector does with posts: takes them, or fails in one of the ways that collectors have. */
export type CollectorMode = 'takes' | 'refuses' | 'swallows' | 'is late' | 'is busy' | 'resets';

/** How late a late collector is. */
const LATE_MS = 10_000;

/** An OTLP/HTTP collector that keeps every span that it has taken. */
export interface LiveCollector extends AsyncDisposable {
  readonly url: string;
  readonly spans: readonly ReadSpan[];
  /** Behaves so from the next post on; a collector that refuses takes no connection. */
  becomes(mode: CollectorMode): Promise<void>;
}

/** Starts a collector on a free port. One that does not keep costs its process next to nothing. */
export async function aCollector({
  keeps = true,
}: { readonly keeps?: boolean } = {}): Promise<LiveCollector> {
  const spans: ReadSpan[] = [];
  let mode: CollectorMode = 'takes';

  const answer = (request: IncomingMessage, response: ServerResponse, body: Buffer): void => {
    if (mode === 'swallows') return;
    if (mode === 'resets') request.socket.resetAndDestroy();
    else if (mode === 'is busy') response.writeHead(503).end();
    else if (mode === 'is late') setTimeout(() => response.end(), LATE_MS).unref();
    else {
      if (keeps) spans.push(...readSpans(body));
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    }
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, response, Buffer.concat(chunks)));
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => {
      server.listen(port, '127.0.0.1', resolve);
    });
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    async becomes(next) {
      mode = next;
      if (next === 'refuses') await close();
      else if (!server.listening) await listen(port);
    },
    [Symbol.asyncDispose]: close,
  };
}
