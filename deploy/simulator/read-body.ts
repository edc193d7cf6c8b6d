import type { IncomingMessage } from 'node:http';

/** Longest body that is read, in bytes: above any engine's context in any encoding. */
export const bodyBytesMax: number = 64 * 2 ** 20;

/** Collects a body and hands it over whole; `undefined` when it is longer than `bytesMax`. A client that leaves before gets no call. */
export function readBody(
  request: IncomingMessage,
  bytesMax: number,
  done: (body: Buffer | undefined) => void,
): void {
  const parts: Buffer[] = [];
  let bytes = 0;
  request.on('data', (part: Buffer) => {
    bytes += part.length;
    if (bytes <= bytesMax) parts.push(part);
    else parts.length = 0;
  });
  request.on('end', () => {
    if (bytes > bytesMax) return done(undefined);
    done(parts.length === 1 ? parts[0] : Buffer.concat(parts));
  });
}
