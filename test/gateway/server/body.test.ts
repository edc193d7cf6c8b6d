import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';

import { describe, expect, it } from 'vitest';

import { readBody } from '../../../gateway/server/body.ts';

const BYTES_MAX = 10;

function anIncoming(headers: Record<string, string> = {}): IncomingMessage {
  const incoming = new IncomingMessage(new Socket());
  Object.assign(incoming.headers, headers);
  return incoming;
}

function ended(incoming: IncomingMessage, ...chunks: string[]): IncomingMessage {
  for (const chunk of chunks) incoming.push(Buffer.from(chunk));
  incoming.push(null);
  incoming.complete = true;
  return incoming;
}

describe('reading a body', () => {
  it('joins its pieces', async () => {
    const body = await readBody(ended(anIncoming(), '{"a"', ':1}'), BYTES_MAX);
    expect(body.toString()).toBe('{"a":1}');
  });

  it('gives nothing for nothing', async () => {
    expect(await readBody(ended(anIncoming()), BYTES_MAX)).toHaveLength(0);
  });

  it('takes as many bytes as may be and not one more', async () => {
    const most = await readBody(ended(anIncoming(), 'x'.repeat(BYTES_MAX)), BYTES_MAX);
    expect(most).toHaveLength(BYTES_MAX);
    const over = readBody(ended(anIncoming(), 'x'.repeat(BYTES_MAX), 'x'), BYTES_MAX);
    await expect(over).rejects.toMatchObject({ code: 'request_too_large', status: 413 });
  });

  it('believes a Content-Length that is too large without reading', async () => {
    const incoming = anIncoming({ 'content-length': String(BYTES_MAX + 1) });
    await expect(readBody(incoming, BYTES_MAX)).rejects.toMatchObject({
      code: 'request_too_large',
    });
    expect(incoming.listenerCount('data')).toBe(0);
  });

  it('stops reading at the bound', async () => {
    const incoming = anIncoming();
    incoming.push(Buffer.alloc(BYTES_MAX + 1));
    await expect(readBody(incoming, BYTES_MAX)).rejects.toMatchObject({
      code: 'request_too_large',
    });
    expect(incoming.isPaused()).toBe(true);
  });

  it.each(['gzip', 'br', 'deflate, identity'])(
    'refuses one that is encoded as %s',
    async (coding) => {
      const incoming = anIncoming({ 'content-encoding': coding });
      await expect(readBody(incoming, BYTES_MAX)).rejects.toMatchObject({
        code: 'invalid_request',
      });
    },
  );

  it('takes one that is said to be encoded as it is', async () => {
    const incoming = ended(anIncoming({ 'content-encoding': 'identity' }), 'x');
    expect(await readBody(incoming, BYTES_MAX)).toHaveLength(1);
  });

  it('ends with the departure of a client that is still sending', async () => {
    const incoming = anIncoming();
    const reading = readBody(incoming, BYTES_MAX);
    incoming.push(Buffer.from('x'));
    incoming.destroy();
    await expect(reading).rejects.toMatchObject({ code: 'client_closed' });
  });
});
