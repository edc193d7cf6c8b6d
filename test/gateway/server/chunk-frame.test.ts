import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { frameChunk } from '../../../gateway/server/chunk-frame.ts';

/** The chunk that a frame holds, by the grammar of RFC 9112 §7.1. */
function unframe(frame: Buffer): Buffer {
  const lineEnd = frame.indexOf('\r\n');
  const size = Number.parseInt(frame.toString('latin1', 0, lineEnd), 16);
  expect(frame.subarray(lineEnd + 2 + size).toString('latin1')).toBe('\r\n');
  return frame.subarray(lineEnd + 2, lineEnd + 2 + size);
}

describe('a chunk frame', () => {
  it.each([1, 9, 10, 15, 16, 255, 256, 4_095, 4_096, 65_536])(
    'holds %i bytes as they are',
    (size) => {
      const bytes = Buffer.alloc(size, '\r\n');
      expect(unframe(frameChunk(bytes)).equals(bytes)).toBe(true);
    },
  );

  it('holds any bytes at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 2_000 }), (bytes) => {
        expect(unframe(frameChunk(bytes)).equals(Buffer.from(bytes))).toBe(true);
      }),
    );
  });

  it('is read by an HTTP client as what was framed, whatever the sizes', async () => {
    const chunks = [1, 300, 17, 70_000, 2].map((size, index) => Buffer.alloc(size, 97 + index));
    await using server = createServer((_incoming, response) => {
      response.write('head');
      for (const chunk of chunks) response.socket?.write(frameChunk(chunk));
      response.end('tail');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const body = await (await fetch(`http://127.0.0.1:${port}`)).text();
    expect(body).toBe(`head${Buffer.concat(chunks).toString()}tail`);
    server.closeAllConnections();
  });
});
