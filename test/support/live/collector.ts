import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { ReadSpan } from './otlp-reader.ts';
import { readSpans } from './otlp-reader.ts';

/** An OTLP/HTTP collector that keeps every span it is sent. */
export interface LiveCollector extends AsyncDisposable {
  readonly url: string;
  readonly spans: readonly ReadSpan[];
}

/** Starts a collector on a free port. */
export async function aCollector(): Promise<LiveCollector> {
  const spans: ReadSpan[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      spans.push(...readSpans(Buffer.concat(chunks)));
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
