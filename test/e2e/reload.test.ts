import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { hashKey } from '../../gateway/server/key-check.ts';
import { CommandLine } from '../support/command-line.ts';
import { readStream, rightAnswer } from '../support/live/answers.ts';
import type { LiveHouse } from '../support/live/house.ts';
import { aHouse, expectAllReleased } from '../support/live/house.ts';
import { mistakes } from '../support/mistaken-settings.ts';
import { openAi, withExtras } from '../support/live/openai.ts';
import { postJson } from '../support/live/raw.ts';
import { LiveReplica } from '../support/live/replica.ts';
import { until } from '../support/live/until.ts';

const prompt = 'Reload';

function sha256(key: string): string {
  return hashKey(key).toString('hex');
}

function ask(
  { gateway, replica }: LiveHouse,
  more: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const body = { model: replica.model, prompt, max_tokens: 2, ...more };
  return postJson(`${gateway.url}/v1/completions`, body, headers);
}

/** Requests one behind the other until it is stopped, and what became of them. */
function traffic(house: LiveHouse): { readonly stop: () => Promise<readonly number[]> } {
  let isOver = false;
  const statuses: number[] = [];
  const going = (async (): Promise<void> => {
    while (!isOver) {
      const answer = await ask(house);
      await answer.text();
      statuses.push(answer.status);
    }
  })();
  return {
    stop: async () => {
      isOver = true;
      await going;
      return statuses;
    },
  };
}

describe('300 settings that are wrong', () => {
  it('leave the last good ones in place, and no request notices', async () => {
    await using house = await aHouse({ settings: { limits: { choicesMax: 3 } } });
    const { gateway } = house;
    const stateBefore = await gateway.state();
    const stream = readStream(
      openAi(gateway).completions.create(
        withExtras({
          model: house.replica.model,
          prompt,
          max_tokens: 5_000,
          stream: true as const,
        }),
      ),
    );
    const others = traffic(house);

    const kinds = new Map<string, number>();
    for (let index = 0; index < 300; index += 1) {
      const mistake = mistakes[index % mistakes.length]?.(index) ?? '';
      const { kind } = await gateway.reload(mistake);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      // One in between, since a reload that reads no file never lets the sockets have their turn.
      if (index % 10 === 0) expect((await ask(house)).status).toBe(200);
    }

    expect([...kinds]).toEqual([['refused', 300]]);
    const statuses = await others.stop();
    expect(statuses.length).toBeGreaterThan(10);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect((await stream).text).toBe(rightAnswer(prompt, 5_000));
    expect((await gateway.state()).replicas.map(({ id, state }) => [id, state])).toEqual(
      stateBefore.replicas.map(({ id, state }) => [id, state]),
    );
    expect((await ask(house, { n: 4 })).status).toBe(400);
    await expect(gateway.counted('reloads', { outcome: 'refused' })).resolves.toBe(300);
    await expectAllReleased(house);
  });
});

describe('a reload', () => {
  it('puts keys, tenants, limits, names and routing in place at once', async () => {
    await using house = await aHouse();
    const { gateway, replica } = house;
    const replicas = [{ url: replica.url }];

    const report = await gateway.reload({
      replicas,
      keys: [{ sha256: sha256('key-of-red'), tenant: 'red' }],
      tenants: [{ name: 'red', requestsPerMinute: 2 }],
      limits: { choicesMax: 2 },
      models: { aliases: { small: replica.model } },
      routing: { policy: 'round-robin' },
    });

    expect(report).toEqual({
      kind: 'taken',
      changed: expect.arrayContaining([
        'keys',
        'tenants',
        'limits.choicesMax',
        'models.aliases',
        'routing.policy',
      ]),
      needRestart: [],
    });
    const red = { authorization: 'Bearer key-of-red' };
    expect((await ask(house)).status).toBe(401);
    expect((await ask(house, { n: 3 }, red)).status).toBe(400);
    expect((await ask(house, { model: 'small' }, red)).status).toBe(200);
    expect((await ask(house, {}, red)).status).toBe(200);
    expect((await ask(house, {}, red)).status).toBe(429);
    const models = (await (await fetch(`${gateway.url}/v1/models`, { headers: red })).json()) as {
      readonly data: readonly { readonly id: string }[];
    };
    expect(models.data.map(({ id }) => id)).toContain('small');
    await expect(gateway.state()).resolves.toMatchObject({ policy: 'round-robin' });

    await gateway.reload({ replicas });
    expect((await ask(house)).status).toBe(200);
  });

  it('takes replicas in, and lets what is under way at one that goes come to its end', async () => {
    await using house = await aHouse({ replicas: [{ speed: 20 }, {}] });
    await using newcomer = await LiveReplica.start();
    const { gateway, replica, replicas } = house;
    const stream = openAi(gateway).completions.create(
      withExtras({ model: replica.model, prompt, max_tokens: 1_500, stream: true as const }),
      { headers: { 'x-gateway-replica': '1' } },
    );
    const begun = await stream.withResponse();
    const leaving = begun.response.headers.get('x-gateway-replica');
    const others = traffic(house);

    const kept = [...replicas, newcomer].filter(({ id }) => id !== leaving);
    await gateway.reload({ replicas: kept.map(({ url }) => ({ url })) });
    await gateway.stateWhere('the newcomer is ready', ({ replicas: shown }) =>
      shown.some(({ id, state }) => id === newcomer.id && state === 'ready'),
    );

    const { text } = await readStream(Promise.resolve(begun.data));
    expect(text).toBe(rightAnswer(prompt, 1_500));
    expect((await others.stop()).filter((status) => status !== 200)).toEqual([]);
    const ids = (await gateway.state()).replicas.map(({ id }) => id);
    expect(ids.toSorted()).toEqual(kept.map(({ id }) => id).toSorted());
    await expectAllReleased(house);
  });

  it('says what cannot change while it runs, and changes the rest', async () => {
    await using house = await aHouse();
    const { gateway, replica } = house;

    const report = await gateway.reload({
      replicas: [{ url: replica.url }],
      admission: { waitingRequestsMax: 1 },
      listen: { port: 1 },
      limits: { choicesMax: 1, headBytesMax: 2_048 },
    });

    expect(report).toEqual({
      kind: 'taken',
      changed: ['limits.choicesMax'],
      needRestart: expect.arrayContaining([
        'admission.waitingRequestsMax',
        'listen.port',
        'limits.headBytesMax',
      ]),
    });
  });
});

describe('SIGHUP', () => {
  function aFolder(): Disposable & { readonly write: (text: string) => string } {
    const folder = mkdtempSync(join(tmpdir(), 'numagate-reload-'));
    return {
      write: (text) => {
        const file = join(folder, 'gateway.yaml');
        writeFileSync(file, text);
        return file;
      },
      [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
    };
  }

  it('reads the file again; one of a hundred thousand replicas holds nobody up and changes nothing', async () => {
    using folder = aFolder();
    await using replica = await LiveReplica.start();
    const good = `replicas: [{ url: "${replica.url}" }]\nlisten: { port: 0 }\nadmin: { port: 0 }\n`;
    const file = folder.write(good);
    await using gateway = new CommandLine([
      'serve',
      '--config',
      file,
      '--json',
      '--log-level',
      'info',
    ]);
    const { url, adminUrl = '' } = await gateway.listening();
    await until('it is ready', async () => (await fetch(`${url}/ready`)).ok);
    const limitOf = async (): Promise<number> => {
      const body = { model: replica.model, prompt, max_tokens: 1, n: 2 };
      return (await postJson(`${url}/v1/completions`, body)).status;
    };
    const reloaded = async (outcome: string, count: number): Promise<void> => {
      const wanted = `gateway_config_reloads_total{outcome="${outcome}"} ${count}`;
      await until(`the page says ${wanted}`, async () =>
        (await (await fetch(`${adminUrl}/metrics`)).text()).includes(wanted),
      );
    };

    expect(await limitOf()).toBe(200);
    folder.write(`${good}limits: { choicesMax: 1 }\n`);
    gateway.signal('SIGHUP');
    await reloaded('taken', 1);
    expect(await limitOf()).toBe(400);

    const many = Array.from(
      { length: 100_000 },
      (_, index) => `  - url: http://10.0.0.1:${index}\n`,
    );
    folder.write(`replicas:\n${many.join('')}`);
    gateway.signal('SIGHUP');
    const slowest = await slowestAnswerUntil(url, reloaded('refused', 1));
    // Ten times what a stream may stand still.
    expect(slowest).toBeLessThan(1_000);
    expect(await limitOf()).toBe(400);
    expect((await fetch(`${url}/ready`)).status).toBe(200);

    const { stderr } = await gateway.stop('SIGINT');
    expect(stderr).toContain('settings reloaded');
    expect(stderr).toContain('the settings cannot be used; the last good ones stay');
  });

  async function slowestAnswerUntil(url: string, done: Promise<void>): Promise<number> {
    let isDone = false;
    const settled = done.finally(() => {
      isDone = true;
    });
    let slowestMs = 0;
    while (!isDone) {
      const beganMs = performance.now();
      await (await fetch(`${url}/health`)).text();
      slowestMs = Math.max(slowestMs, performance.now() - beganMs);
    }
    await settled;
    return slowestMs;
  }
});
