import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { SMUGGLED } from '../../support/live/hostile-requests.ts';
import { scriptedModel } from '../../support/live/scripted-engine.ts';

/** Everything that the gateway says to an engine, and nothing else. */
const HEADERS_SENT = new Set([
  'host',
  'connection',
  'content-type',
  'accept-encoding',
  'x-request-id',
  'content-length',
  'tracestate',
]);

/** An engine that looks at each request and keeps none, however many come. */
export interface EngineGuard extends AsyncDisposable {
  readonly url: string;
  /** Requests that were posted to it. */
  readonly calls: () => number;
  /** Those that are not as a gateway sends them, and connections over which something came that is no request. */
  readonly unsound: () => number;
  /** Those that were hidden in another. */
  readonly smuggled: () => number;
}

/** Starts one that answers all that it is asked with a short whole answer. */
export async function anEngineGuard(path: string): Promise<EngineGuard> {
  let [calls, unsound, smuggled] = [0, 0, 0];
  const answer = JSON.stringify({ choices: [{ index: 0, text: 'a', finish_reason: 'stop' }] });
  const models = JSON.stringify({ object: 'list', data: [{ id: scriptedModel, object: 'model' }] });
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(request.url === '/v1/models' ? models : '{}');
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      calls += 1;
      const body = Buffer.concat(chunks);
      const names = request.rawHeaders.filter((_, index) => index % 2 === 0);
      const isSound =
        request.method === 'POST' &&
        request.url === path &&
        new Set(names).size === names.length &&
        names.every((name) => HEADERS_SENT.has(name)) &&
        request.headers['content-length'] === String(body.length) &&
        isRequest(body.toString());
      if (!isSound) unsound += 1;
      if (body.includes(`"prompt":"${SMUGGLED}"`)) smuggled += 1;
      response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
    });
  });
  server.on('clientError', (error: Error & { readonly code?: string }, socket) => {
    if (error.code?.startsWith('HPE_') === true) unsound += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: () => calls,
    unsound: () => unsound,
    smuggled: () => smuggled,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function isRequest(body: string): boolean {
  try {
    return typeof JSON.parse(body) === 'object';
  } catch {
    return false;
  }
}
