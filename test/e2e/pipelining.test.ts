import { describe, expect, it } from 'vitest';

import { rightWords } from '../support/live/answers.ts';
import type { LiveHouse } from '../support/live/house.ts';
import { aHouse, expectAllReleased } from '../support/live/house.ts';
import { connectTo, rawPost } from '../support/live/raw.ts';
import { until } from '../support/live/until.ts';

interface Asked {
  readonly id: string;
  readonly prompt: string;
  readonly tokens?: number;
  readonly stream?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

function asking({ replica }: LiveHouse, asked: Asked): string {
  const { id, prompt, tokens = 30, stream = true, headers = {} } = asked;
  const body = { model: replica.model, prompt, max_tokens: tokens, ignore_eos: true, stream };
  return rawPost('/v1/completions', JSON.stringify(body), { 'x-request-id': id, ...headers });
}

/** The words of a raw answer, streamed or whole, in order. */
function textOf(answer: string): string {
  const texts = answer.match(/"text":"[^"]*"/g) ?? [];
  return texts.map((text) => text.slice('"text":"'.length, -1)).join('');
}

describe('requests that come one behind the other on one connection', () => {
  it.each([true, false])('are answered one after the other (stream: %s)', async (stream) => {
    await using house = await aHouse();
    const connection = await connectTo(house.gateway.url);

    connection.socket.write(
      asking(house, { id: 'first', prompt: 'one', tokens: 60, stream }) +
        asking(house, { id: 'second', prompt: 'two', tokens: 5, stream }) +
        asking(house, { id: 'third', prompt: 'three', stream, headers: { connection: 'close' } }),
    );
    const answers = (await connection.closed).split(/(?=HTTP\/1\.1 )/);

    expect(answers.map((answer) => /x-request-id: (\w+)/.exec(answer)?.[1])).toEqual([
      'first',
      'second',
      'third',
    ]);
    expect(
      answers.map((answer, index) =>
        rightWords(['one', 'two', 'three'][index] ?? '', textOf(answer)),
      ),
    ).toEqual([60, 5, 30]);
    await expectAllReleased(house);
  });

  it('break with the first of them that breaks', async () => {
    await using house = await aHouse();
    await house.replica.fails({ kind: 'die', at: 3, match: { bodyIncludes: 'breaks' } });
    const connection = await connectTo(house.gateway.url);

    connection.socket.write(
      asking(house, { id: 'first', prompt: 'whole', tokens: 200 }) +
        asking(house, { id: 'second', prompt: 'breaks' }) +
        asking(house, { id: 'third', prompt: 'unheard' }),
    );
    const answers = (await connection.closed).split(/(?=HTTP\/1\.1 )/);

    expect(answers).toHaveLength(2);
    expect(rightWords('whole', textOf(answers[0] ?? ''))).toBe(200);
    expect(answers[1]).toContain('"code":"engine_failed"');
    await expectAllReleased(house);
  });

  it('are all left with the connection, and no engine goes on for them', async () => {
    await using house = await aHouse({ replicas: [{ speed: 5 }] });
    const connection = await connectTo(house.gateway.url);
    connection.socket.write(
      asking(house, { id: 'first', prompt: 'one', tokens: 5000 }) +
        asking(house, { id: 'second', prompt: 'two', tokens: 5000 }),
    );
    await until('the first has begun', () => connection.received().includes('"text"'));

    connection.socket.destroy();

    await expectAllReleased(house);
    const { generations, aborted } = await house.replica.state();
    expect(aborted).toBe(generations);
  });
});
