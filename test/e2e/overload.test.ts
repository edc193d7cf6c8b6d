import { setImmediate as turn } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { readStream, rightAnswer } from '../support/live/answers.ts';
import type { LiveHouse } from '../support/live/house.ts';
import { aHouse, expectAllReleased } from '../support/live/house.ts';
import { openAi, withExtras } from '../support/live/openai.ts';
import { connectTo, postJson } from '../support/live/raw.ts';
import { until } from '../support/live/until.ts';

const prompt = 'Overload';

function ask({ gateway, replica }: LiveHouse): Promise<Response> {
  const body = { model: replica.model, prompt, max_tokens: 1 };
  return postJson(`${gateway.url}/v1/completions`, body);
}

/** Keeps this thread, the gateway's too, busy in steps, until it is stopped. */
function busy(stepMs: number): { readonly stop: () => Promise<void> } {
  let isOver = false;
  const going = (async (): Promise<void> => {
    while (!isOver) {
      const endMs = performance.now() + stepMs;
      while (performance.now() < endMs);
      await turn();
    }
  })();
  return {
    stop: async () => {
      isOver = true;
      await going;
    },
  };
}

describe('a gateway whose event loop is late', () => {
  it('refuses what is new and brings what is open to its end, and serves again when it is in time', async () => {
    await using house = await aHouse({ settings: { limits: { eventLoopLateMsMax: 10 } } });
    const { gateway, replica } = house;
    const stream = readStream(
      openAi(gateway).completions.create(
        withExtras({ model: replica.model, prompt, max_tokens: 1_000, stream: true as const }),
      ),
    );
    await gateway.stateWhere('it is inside', ({ openRequests }) => openRequests === 1);

    const work = busy(150);
    const refused = await until('one is refused', async () => {
      const answer = await ask(house);
      return answer.status === 503 && answer;
    });
    await work.stop();

    expect(refused.headers.get('retry-after')).toBe('1');
    await expect(refused.json()).resolves.toMatchObject({
      error: { code: 'saturated', message: 'The gateway is late with the streams that it has.' },
    });
    expect((await stream).text).toBe(rightAnswer(prompt, 1_000));
    await until('it serves again', async () => (await ask(house)).status === 200);
    await expect(
      gateway.counted('refusals', { reason: 'event-loop-late' }),
    ).resolves.toBeGreaterThanOrEqual(1);
    await expectAllReleased(house);
  });
});

describe('a gateway with as many connections as may be open', () => {
  it('answers one more with 503 and closes it, counts it, and still has its admin port', async () => {
    await using house = await aHouse({ settings: { limits: { connectionsMax: 3 } } });
    const { gateway } = house;
    const health = 'GET /health HTTP/1.1\r\nhost: a\r\n\r\n';
    const open = await Promise.all([1, 2, 3].map(() => connectTo(gateway.url)));
    for (const { socket } of open) socket.write(health);
    await until('all are answered', () => open.every(({ received }) => received() !== ''));

    const oneMore = await connectTo(gateway.url);
    expect(await oneMore.closed).toMatch(/^HTTP\/1\.1 503 .*retry-after: 1\r\n/s);
    await expect(gateway.counted('refusedConnections')).resolves.toBe(1);
    await expect(gateway.counted('openConnections')).resolves.toBe(3);

    open[0]?.socket.destroy();
    await until('there is room', async () => {
      const connection = await connectTo(gateway.url);
      connection.socket.write(health.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'));
      return (await connection.closed).startsWith('HTTP/1.1 200 ');
    });
    for (const { socket } of open) socket.destroy();
  });
});
