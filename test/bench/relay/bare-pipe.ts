/**
 * The least that a relay on Node can do: `node:http` in front, undici behind, bytes passed on.
 * It routes nothing, times nothing and notices nothing; the gateway is measured against it.
 *
 *     node test/bench/relay/bare-pipe.ts ENGINE_URL PORT
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Pool } from 'undici';

const [engineUrl = '', port = '0'] = process.argv.slice(2);
const pool = new Pool(engineUrl, { pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });

createServer((incoming, response) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => pipe(incoming, response, Buffer.concat(chunks)));
}).listen(Number(port), '127.0.0.1');

function pipe(incoming: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const { method = 'POST', url = '/' } = incoming;
  const headers = { 'content-type': 'application/json' };
  pool.dispatch(
    { method, path: url, headers, body },
    {
      onRequestStart(controller) {
        response.on('close', () => {
          if (!response.writableFinished) controller.abort(new Error('client gone'));
        });
      },
      onResponseStart(_controller, status, received) {
        response.statusCode = status;
        for (const name of ['content-type', 'content-length']) {
          const value = received[name];
          if (value !== undefined) response.setHeader(name, value);
        }
      },
      onResponseData(controller, chunk) {
        if (response.write(chunk)) return;
        controller.pause();
        response.once('drain', () => controller.resume());
      },
      onResponseEnd: () => void response.end(),
      onResponseError: () => void response.destroy(),
    },
  );
}
