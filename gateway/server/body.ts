import type { IncomingMessage } from 'node:http';

import { GatewayError } from '../generation/error.ts';

/**
 * Reads a request's body. Past `bytesMax` it throws `request_too_large` without reading on, before
 * the first byte where `Content-Length` tells; a client that leaves while sending is `client_closed`.
 */
export function readBody(incoming: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const declared = Number(incoming.headers['content-length'] ?? 0);
  if (declared > bytesMax) return Promise.reject(tooLarge(bytesMax));
  const coding = incoming.headers['content-encoding'];
  if (coding !== undefined && coding !== 'identity') {
    const message = `The body is encoded as '${coding.slice(0, 40)}'; send it unencoded.`;
    return Promise.reject(new GatewayError('invalid_request', message));
  }
  return collect(incoming, bytesMax);
}

function collect(incoming: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bytesMax) {
        incoming.pause();
        reject(tooLarge(bytesMax));
        return;
      }
      chunks.push(chunk);
    });
    incoming.on('end', () =>
      resolve(chunks.length === 1 ? firstOf(chunks) : Buffer.concat(chunks)),
    );
    incoming.on('error', (cause) => reject(clientLeft(cause)));
    incoming.on('close', () => {
      if (!incoming.complete) reject(clientLeft());
    });
  });
}

function firstOf(chunks: readonly Buffer[]): Buffer {
  return chunks[0] ?? Buffer.alloc(0);
}

function tooLarge(bytesMax: number): GatewayError {
  return new GatewayError('request_too_large', `The body is larger than ${bytesMax} bytes.`);
}

function clientLeft(cause?: Error): GatewayError {
  return new GatewayError('client_closed', 'The client left before its request was whole.', {
    cause,
  });
}
