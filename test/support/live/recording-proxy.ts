import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request as ask } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A whole exchange as it went by. */
export interface RecordedExchange {
  readonly path: string;
  readonly requestBody: Buffer;
  readonly status: number;
  readonly answer: Buffer;
}

/** Stands between a gateway and a replica, hands everything on and keeps what was posted and answered. */
export interface RecordingProxy extends AsyncDisposable {
  readonly url: string;
  readonly exchanges: readonly RecordedExchange[];
}

/** Starts a proxy before the server at `target`. */
export async function aRecordingProxy(target: string): Promise<RecordingProxy> {
  const exchanges: RecordedExchange[] = [];
  const server = createServer((request, response) => {
    const asked: Buffer[] = [];
    request.on('data', (chunk: Buffer) => asked.push(chunk));
    request.on('end', () => {
      const requestBody = Buffer.concat(asked);
      handOn(target, { request, response, requestBody }, (status, answer) => {
        if (request.method !== 'POST') return;
        exchanges.push({ path: request.url ?? '/', requestBody, status, answer });
      });
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

interface Handed {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestBody: Buffer;
}

function handOn(
  target: string,
  { request, response, requestBody }: Handed,
  done: (status: number, answer: Buffer) => void,
): void {
  const { method, url, headers } = request;
  const upstream = ask(`${target}${url}`, { method, headers }, (answer) => {
    const chunks: Buffer[] = [];
    const status = answer.statusCode ?? 0;
    response.writeHead(status, answer.headers);
    answer.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      response.write(chunk);
    });
    // Written down first, so that whoever has the answer finds it here.
    answer.on('end', () => {
      done(status, Buffer.concat(chunks));
      response.end();
    });
    answer.on('error', () => response.destroy());
  });
  upstream.on('error', () => response.destroy());
  response.on('close', () => upstream.destroy());
  upstream.end(requestBody);
}
