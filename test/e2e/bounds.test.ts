import { describe, expect, it } from 'vitest';

import { says } from '../support/live/answers.ts';
import type { GatewaySettings } from '../support/live/gateway.ts';
import type { LiveHouse } from '../support/live/house.ts';
import { aHouse, expectAllReleased } from '../support/live/house.ts';
import { openAi } from '../support/live/openai.ts';
import { connectTo, postJson, rawPost } from '../support/live/raw.ts';
import { until } from '../support/live/until.ts';

const BODY_BYTES_MAX = 2048;
const HEAD_BYTES_MAX = 4096;

const tight: Omit<GatewaySettings, 'replicas'> = {
  limits: { bodyBytesMax: BODY_BYTES_MAX, headBytesMax: HEAD_BYTES_MAX },
};

/** A request of exactly so many bytes that is right but for its length. */
function bodyOf(bytes: number, model: string): string {
  const body = (prompt: string): string => JSON.stringify({ model, prompt, max_tokens: 1 });
  return body('x'.repeat(bytes - body('').length));
}

function post(house: LiveHouse, body: string, path = '/v1/completions'): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(`${house.gateway.url}${path}`, { method: 'POST', headers, body });
}

describe('a body', () => {
  it('of the longest length is served, and one byte more is refused', async () => {
    await using house = await aHouse({ settings: tight });
    const { model } = house.replica;

    const longest = await post(house, bodyOf(BODY_BYTES_MAX, model));
    const longer = await post(house, bodyOf(BODY_BYTES_MAX + 1, model));

    expect(longest.status).toBe(200);
    expect(longer.status).toBe(413);
    await expect(longer.json()).resolves.toMatchObject({
      error: {
        code: 'request_too_large',
        type: 'invalid_request_error',
        message: `The body is larger than ${BODY_BYTES_MAX} bytes.`,
      },
    });
    await expect(house.replica.received()).resolves.toHaveLength(1);
  });

  it('that the client asks about first is wanted, or refused before it is sent', async () => {
    await using house = await aHouse({ settings: tight });
    const { model } = house.replica;
    const askFirst = async (bytes: number): Promise<string> => {
      const connection = await connectTo(house.gateway.url);
      const body = bodyOf(bytes, model);
      connection.socket.write(
        'POST /v1/completions HTTP/1.1\r\nhost: a\r\nconnection: close\r\n' +
          `expect: 100-continue\r\ncontent-length: ${bytes}\r\n\r\n`,
      );
      await until('it is told', () => connection.received().includes('\r\n\r\n'));
      if (connection.received().startsWith('HTTP/1.1 100 ')) connection.socket.write(body);
      await connection.closed;
      return connection.received();
    };

    expect(await askFirst(BODY_BYTES_MAX)).toMatch(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /,
    );
    expect(await askFirst(BODY_BYTES_MAX + 1)).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('in chunks is measured as it comes', async () => {
    await using house = await aHouse({ settings: tight });
    const { model } = house.replica;
    const chunked = async (bytes: number): Promise<string> => {
      const connection = await connectTo(house.gateway.url);
      const body = bodyOf(bytes, model);
      connection.socket.write(
        'POST /v1/completions HTTP/1.1\r\nhost: a\r\nconnection: close\r\n' +
          'transfer-encoding: chunked\r\n\r\n',
      );
      for (const part of [body.slice(0, 1000), body.slice(1000)]) {
        connection.socket.write(`${part.length.toString(16)}\r\n${part}\r\n`);
      }
      // No last chunk where the body is too long already: the refusal waits for none.
      if (bytes <= BODY_BYTES_MAX) connection.socket.write('0\r\n\r\n');
      return connection.closed;
    };

    await expect(chunked(BODY_BYTES_MAX)).resolves.toMatch(/^HTTP\/1\.1 200 /);
    await expect(chunked(BODY_BYTES_MAX + 1)).resolves.toMatch(/^HTTP\/1\.1 413 /);
    await expectAllReleased(house);
  });

  it('that announces itself as too long is refused before it is sent, and the connection closes', async () => {
    await using house = await aHouse({ settings: tight });
    const connection = await connectTo(house.gateway.url);

    connection.socket.write(
      `POST /v1/completions HTTP/1.1\r\nhost: a\r\ncontent-length: ${BODY_BYTES_MAX + 1}\r\n\r\n`,
    );
    const answer = await connection.closed;

    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer.toLowerCase()).toContain('connection: close');
    expect(answer).toContain('"code":"request_too_large"');
  });

  it('far too long is refused with words that its client hears, though it is still sending', async () => {
    await using house = await aHouse({ settings: tight });
    const client = openAi(house.gateway);
    const content = 'long '.repeat(1_000_000);
    const asking = { model: house.replica.model, messages: says(content) };

    const answers = await Promise.allSettled(
      Array.from({ length: 10 }, () => client.chat.completions.create(asking)),
    );

    for (const answer of answers) {
      expect(answer).toMatchObject({
        status: 'rejected',
        reason: { status: 413, code: 'request_too_large' },
      });
    }
    await expectAllReleased(house);
  });

  it.each([
    ['a value', '{"model": "a", "prompt": }', 'at byte 25 (line 1, column 26): expected a value'],
    [
      'a comma',
      '{\n  "model": "a"\n  "prompt": "b"}',
      "at byte 19 (line 3, column 3): expected ',' or '}'",
    ],
    ['its end', '{"model": "a"', "at byte 13 (line 1, column 14): expected ',' or '}'"],
    ['an object', '["model"]', 'The body has to be a JSON object'],
    ['everything', '', 'The body is empty'],
    ['a letter behind others of two bytes', '{"ü": tru}', 'at byte 7 (line 1, column 7)'],
    ['an end to its nesting', '{"a":'.repeat(300), 'nested too deeply'],
  ])('that lacks %s is refused, and told where or what it is', async (_what, body, told) => {
    await using house = await aHouse();

    const answer = await post(house, body);

    expect(answer.status).toBe(400);
    const { error } = (await answer.json()) as { error: { message: string; code: string } };
    expect(error.code).toBe('invalid_request');
    expect(error.message).toContain(told);
    await expect(house.replica.received()).resolves.toEqual([]);
  });

  it('that is compressed is refused', async () => {
    await using house = await aHouse();

    const answer = await postJson(
      `${house.gateway.url}/v1/completions`,
      {},
      { 'content-encoding': 'gzip' },
    );

    expect(answer.status).toBe(400);
    await expect(answer.text()).resolves.toContain("encoded as 'gzip'");
  });

  it('is asked for by 100 Continue where its client waits for that', async () => {
    await using house = await aHouse();
    const connection = await connectTo(house.gateway.url);
    const body = JSON.stringify({ model: house.replica.model, prompt: 'a', max_tokens: 1 });
    const request = rawPost('/v1/completions', body, {
      expect: '100-continue',
      connection: 'close',
    });

    connection.socket.write(request.slice(0, request.length - body.length));
    await until('it may go on', () => connection.received().startsWith('HTTP/1.1 100 Continue'));
    connection.socket.write(body);

    await expect(connection.closed).resolves.toContain('HTTP/1.1 200 OK');
  });
});

describe('a head', () => {
  it('of more bytes than are read is refused', async () => {
    await using house = await aHouse({ settings: tight });
    const body = JSON.stringify({ model: house.replica.model, prompt: 'a', max_tokens: 1 });
    const ask = async (bytes: number): Promise<string> => {
      const connection = await connectTo(house.gateway.url);
      const headers = { connection: 'close', 'x-long': 'y'.repeat(bytes) };
      connection.socket.write(rawPost('/v1/completions', body, headers));
      return connection.closed;
    };

    await expect(ask(HEAD_BYTES_MAX / 2)).resolves.toMatch(/^HTTP\/1\.1 200 /);
    await expect(ask(HEAD_BYTES_MAX)).resolves.toMatch(/^HTTP\/1\.1 431 /);
    await expectAllReleased(house);
  });

  it.each([
    ['GET', '/v1/nothing'],
    ['DELETE', '/v1/models/a'],
    ['POST', '/health'],
    ['POST', '/v1/completions/'],
    ['GET', '/metrics'],
    ['GET', '/admin/state'],
  ])('of %s %s finds nothing, in the shape that clients read', async (method, path) => {
    await using house = await aHouse();

    const answer = await fetch(`${house.gateway.url}${path}`, { method });

    expect(answer.status).toBe(404);
    await expect(answer.json()).resolves.toMatchObject({
      error: {
        code: 'not_found',
        type: 'not_found_error',
        param: null,
        message: `There is no ${method} ${path} here.`,
      },
    });
    expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]+$/);
  });

  it('that is no HTTP gets a plain 400, and the gateway lives on', async () => {
    await using house = await aHouse();
    const connection = await connectTo(house.gateway.url);

    connection.socket.write('\u0016\u0003\u0001 hello\r\n\r\n');

    await expect(connection.closed).resolves.toMatch(/^HTTP\/1\.1 400 /);
    const health = await fetch(`${house.gateway.url}/health`);
    await expect(health.json()).resolves.toEqual({ status: 'alive' });
  });

  it('after head on one connection is answered in order', async () => {
    await using house = await aHouse();
    const connection = await connectTo(house.gateway.url);
    const asking = (prompt: string, more = {}): string =>
      rawPost(
        '/v1/completions',
        JSON.stringify({ model: house.replica.model, prompt, max_tokens: 40, ignore_eos: true }),
        more,
      );

    connection.socket.write(
      asking('one', { 'x-request-id': 'first' }) +
        asking('two', { 'x-request-id': 'second', connection: 'close' }),
    );
    const answers = await connection.closed;

    expect(answers.match(/x-request-id: \w+/g)).toEqual([
      'x-request-id: first',
      'x-request-id: second',
    ]);
    await expectAllReleased(house);
  });
});

describe('a full gateway', () => {
  const roomForOne = [{ speed: 10, facts: { kvCapacityTokens: 4800, contextTokensMax: 4800 } }];

  function longOne(house: LiveHouse, signal?: AbortSignal): Promise<unknown> {
    const body = { model: house.replica.model, prompt: 'a', max_tokens: 4000, ignore_eos: true };
    return postJson(`${house.gateway.url}/v1/completions`, body, {}, signal).catch(() => undefined);
  }

  it('refuses one more than may wait, and says when to come back', async () => {
    await using house = await aHouse({
      replicas: roomForOne,
      settings: { admission: { waitingRequestsMax: 1 } },
    });
    const leaving = new AbortController();
    const inside = [longOne(house, leaving.signal), longOne(house, leaving.signal)];
    await house.gateway.stateWhere('one waits', ({ waitingRequests }) => waitingRequests === 1);

    const answer = (await longOne(house)) as Response;

    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    await expect(answer.json()).resolves.toMatchObject({
      error: { code: 'saturated', type: 'server_error' },
    });
    leaving.abort();
    await Promise.all(inside);
    await expectAllReleased(house);
  });

  it('refuses who has waited for the longest time', async () => {
    await using house = await aHouse({
      replicas: roomForOne,
      settings: { admission: { waitingMsMax: 100 } },
    });
    const leaving = new AbortController();
    const first = longOne(house, leaving.signal);
    await house.gateway.stateWhere('one is inside', ({ openRequests }) => openRequests === 1);

    const answer = (await longOne(house)) as Response;

    expect(answer.status).toBe(503);
    await expect(answer.json()).resolves.toMatchObject({
      error: { code: 'saturated', message: 'No replica had room within the longest wait.' },
    });
    leaving.abort();
    await first;
    await expectAllReleased(house);
  });

  it('lets in as many as may be inside, and no more', async () => {
    await using house = await aHouse({
      replicas: [{ speed: 10 }],
      settings: { limits: { openRequestsMax: 2 } },
    });
    const leaving = new AbortController();
    const inside = [longOne(house, leaving.signal), longOne(house, leaving.signal)];
    await house.replica.stateWhere('both run', ({ load }) => load.runningRequests === 2);

    const answer = (await longOne(house)) as Response;

    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    await expect(answer.text()).resolves.toContain('More than 2 requests are inside.');
    leaving.abort();
    await Promise.all(inside);
    await expectAllReleased(house);
  });
});
