import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';

import { describe, expect, it } from 'vitest';

import { BODY_IDLE_MS, readBody } from '../../../gateway/server/body.ts';
import { ManualClock } from '../../support/clock.ts';

const BYTES_MAX = 10;

const clock = new ManualClock();
const bounds = { bytesMax: BYTES_MAX, clock, totalMsMax: 1_000_000 };

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
    const body = await readBody(ended(anIncoming(), '{"a"', ':1}'), bounds);
    expect(body.toString()).toBe('{"a":1}');
  });

  it('gives nothing for nothing', async () => {
    expect(await readBody(ended(anIncoming()), bounds)).toHaveLength(0);
  });

  it('leaves nothing on the request, which lives as long as its answer', async () => {
    const incoming = ended(anIncoming(), 'x');
    const before = incoming.eventNames();
    await readBody(incoming, bounds);
    expect(incoming.eventNames()).toEqual(before);
  });

  it('takes as many bytes as may be and not one more', async () => {
    const most = await readBody(ended(anIncoming(), 'x'.repeat(BYTES_MAX)), bounds);
    expect(most).toHaveLength(BYTES_MAX);
    const over = readBody(ended(anIncoming(), 'x'.repeat(BYTES_MAX), 'x'), bounds);
    await expect(over).rejects.toMatchObject({ code: 'request_too_large', status: 413 });
  });

  it('believes a Content-Length that is too large without reading', async () => {
    const incoming = anIncoming({ 'content-length': String(BYTES_MAX + 1) });
    await expect(readBody(incoming, bounds)).rejects.toMatchObject({
      code: 'request_too_large',
    });
    expect(incoming.listenerCount('data')).toBe(0);
  });

  it('stops reading at the bound', async () => {
    const incoming = anIncoming();
    incoming.push(Buffer.alloc(BYTES_MAX + 1));
    await expect(readBody(incoming, bounds)).rejects.toMatchObject({
      code: 'request_too_large',
    });
    expect(incoming.isPaused()).toBe(true);
  });

  it.each(['gzip', 'br', 'deflate, identity'])(
    'refuses one that is encoded as %s',
    async (coding) => {
      const incoming = anIncoming({ 'content-encoding': coding });
      await expect(readBody(incoming, bounds)).rejects.toMatchObject({
        code: 'invalid_request',
      });
    },
  );

  it('takes one that is said to be encoded as it is', async () => {
    const incoming = ended(anIncoming({ 'content-encoding': 'identity' }), 'x');
    expect(await readBody(incoming, bounds)).toHaveLength(1);
  });

  it('ends with the departure of a client that is still sending', async () => {
    const incoming = anIncoming();
    const reading = readBody(incoming, bounds);
    incoming.push(Buffer.from('x'));
    incoming.destroy();
    await expect(reading).rejects.toMatchObject({ code: 'client_closed' });
  });

  it('says that it wants the body once its length is known to be right', async () => {
    let wanted = 0;
    const asking = { ...bounds, wanted: () => (wanted += 1) };
    const tooLong = anIncoming({ 'content-length': String(BYTES_MAX + 1) });
    await expect(readBody(tooLong, asking)).rejects.toThrow('larger');
    expect(wanted).toBe(0);

    await readBody(ended(anIncoming(), 'x'), asking);
    expect(wanted).toBe(1);
  });

  it('gives up a client that stops sending, not one that is slow', async () => {
    const incoming = anIncoming();
    const reading = readBody(incoming, bounds);
    clock.advance(BODY_IDLE_MS - 1);
    incoming.push(Buffer.from('x'));
    await new Promise(setImmediate);
    clock.advance(BODY_IDLE_MS - 1);
    expect(incoming.isPaused()).toBe(false);
    clock.advance(1);
    await expect(reading).rejects.toMatchObject({ code: 'request_timeout', status: 408 });
    expect(incoming.isPaused()).toBe(true);
  });

  it('gives up a client that takes longer than the request may', async () => {
    const reading = readBody(anIncoming(), { ...bounds, totalMsMax: 500 });
    clock.advance(500);
    await expect(reading).rejects.toMatchObject({ code: 'request_timeout' });
  });

  it('leaves no timer behind', async () => {
    await readBody(ended(anIncoming(), 'x'), bounds);
    expect(clock.timers).toBe(0);
  });
});
