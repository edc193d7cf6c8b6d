import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A model that only scripted engines serve. */
export const scriptedModel = 'scripted';

/** What a request was, and how it is answered. */
export interface ScriptedCall {
  readonly path: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: string;
}

/** An engine whose every answer is written by the test, down to single bytes. */
export interface ScriptedEngine extends AsyncDisposable {
  readonly url: string;
  /** What was posted to it, in order. */
  readonly calls: readonly ScriptedCall[];
  /** Connections that were made to it, whatever became of them. */
  readonly connections: () => number;
  /** Connections over which something came that is no request. */
  readonly malformed: () => number;
}

/** How an engine is reached. */
export interface ScriptedOptions {
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** Starts an engine that lists `scriptedModel` and answers posts by `answer`. */
export async function aScriptedEngine(
  answer: (call: ScriptedCall) => void,
  { tls }: ScriptedOptions = {},
): Promise<ScriptedEngine> {
  const calls: ScriptedCall[] = [];
  const handler: RequestListener = (request, response) => {
    const path = request.url ?? '/';
    if (request.method === 'GET') return answerPage(path, response);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const call = { path, request, response, body: Buffer.concat(chunks).toString() };
      calls.push(call);
      answer(call);
    });
  };
  let connections = 0;
  const server =
    tls === undefined ? createServer(handler) : createSecureServer({ ...tls }, handler);
  server.on('connection', () => (connections += 1));
  let malformed = 0;
  server.on('clientError', (error: Error & { readonly code?: string }, socket) => {
    // A connection that breaks is none of that.
    if (error.code?.startsWith('HPE_') === true) malformed += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    calls,
    connections: () => connections,
    malformed: () => malformed,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function answerPage(path: string, response: ServerResponse): void {
  if (path !== '/v1/models') {
    response.writeHead(path === '/health' ? 200 : 404).end();
    return;
  }
  const data = [{ id: scriptedModel, object: 'model', created: 1, owned_by: 'test' }];
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ object: 'list', data }));
}

/** Opens an event stream. */
export function openStream({ response }: ScriptedCall): ServerResponse {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  return response;
}

/** Settings of a scripted engine as a replica; it tells nothing that would name it. */
export function scriptedReplica({ url }: ScriptedEngine): {
  readonly url: string;
  readonly engine: 'openai';
} {
  return { url, engine: 'openai' };
}
