import { describe, expect, it } from 'vitest';

import { CommandLine } from '../support/command-line.ts';
import { readStream } from '../support/live/answers.ts';
import type { LiveHouse } from '../support/live/house.ts';
import { aHouse, expectAllReleased } from '../support/live/house.ts';
import { LiveGateway } from '../support/live/gateway.ts';
import { openAi, withExtras } from '../support/live/openai.ts';
import type { LiveReplica } from '../support/live/replica.ts';
import { replicaDefaults } from '../support/live/replica.ts';
import { Traffic } from '../support/live/traffic.ts';
import { until } from '../support/live/until.ts';

const { preset } = replicaDefaults;

/** Four of them, each of some 700 tokens a second on each stream. */
const four = { replicas: Array.from({ length: 4 }, () => ({ speed: 10 })) };

/** Ten times what it takes on a quiet machine: on a busy one every silence is longer, and so is what a stall is told from. */
const FOUND_MS_MAX = 10 * 3_000;

/** Resolves when a replica is in a state, with how long that took. */
async function msUntil(house: LiveHouse, { id }: LiveReplica, state: string): Promise<number> {
  const beganMs = performance.now();
  const isSo = async (): Promise<boolean> => {
    const { replicas } = await house.gateway.state();
    return replicas.some((one) => one.id === id && one.state === state);
  };
  await until(`${id} is ${state}`, isSo, FOUND_MS_MAX);
  return performance.now() - beganMs;
}

function passes(milliseconds: number): Promise<true> {
  const beganMs = performance.now();
  return until('time has passed', () => performance.now() - beganMs > milliseconds);
}

/** Traffic at which every replica has shown how fast it is. */
async function knownTraffic(house: LiveHouse, body = {}): Promise<Traffic> {
  const traffic = new Traffic(house, { clients: 12, body });
  for (const replica of house.replicas) {
    await replica.stateWhere('it is known', ({ generations }) => generations > 40);
  }
  // Known is who has moved at four looks, of which there are four a second.
  await passes(2_000);
  return traffic;
}

describe('a replica that freezes while its health says 200', () => {
  it.each([
    ['streamed', { stream: true }],
    ['whole', {}],
  ])('keeps nobody waiting (%s), and is back when it goes on', async (_, body) => {
    await using house = await aHouse(four);
    const frozen = house.replica;
    const traffic = await knownTraffic(house, body);

    await frozen.fails({ kind: 'freeze' });
    const foundMs = await msUntil(house, frozen, 'ejected');
    const sentBefore = (await frozen.state()).generations;
    await passes(4_000);
    // Clients' requests and the gateway's own questions together.
    const sentMore = (await frozen.state()).generations - sentBefore;
    await frozen.heals();
    const backMs = await msUntil(house, frozen, 'ready');
    await traffic.stop();

    expect(foundMs).toBeLessThanOrEqual(FOUND_MS_MAX);
    expect(backMs).toBeLessThan(10 * 2_000);
    expect(sentMore).toBeLessThanOrEqual(2);
    expect(traffic.longestMs).toBeLessThan(10 * 3_000);
    await expect(
      house.gateway.counted('replicaEjections', { replica: frozen.id, reason: 'stall' }),
    ).resolves.toBe(1);
    expect(traffic.statuses).toEqual([200]);
    // What had begun to be answered there is broken, and nothing else.
    const broken = traffic.served.filter(({ isWhole }) => !isWhole);
    expect(broken.length).toBeLessThanOrEqual('stream' in body ? 12 : 0);
    expect(broken.every(({ replica }) => replica === frozen.id)).toBe(true);
    await expectAllReleased(house);
  });

  it('breaks its streams with an error that says so, and costs nobody without a token', async () => {
    await using house = await aHouse({ replicas: [{ speed: 10 }] });
    const { replica } = house;
    const stream = (tokens: number) =>
      readStream(
        openAi(house.gateway).completions.create(
          withExtras({ model: replica.model, prompt: 'a', max_tokens: tokens, stream: true }),
        ),
      );
    const first = stream(7_000);
    await replica.stateWhere('it is known', ({ tokens }) => tokens > 1_500);

    await replica.fails({ kind: 'freeze' });
    const ended = await first;

    expect(ended.thrown).toMatchObject({ code: 'engine_timeout' });
    expect(String(ended.thrown)).toContain('stands still');
    await replica.heals();
    await house.gateway.ready(1);
    expect((await stream(10)).thrown).toBeUndefined();
    await expectAllReleased(house);
  });
});

describe('a replica whose process is stopped', () => {
  it('keeps nobody waiting, and is back when it is continued', async () => {
    const words = ['simulate', '--port', '0', '--speed', '10', '--preset', preset, '--json'];
    await using stopped = new CommandLine(words);
    await using other = new CommandLine(words);
    const [{ url }, { url: otherUrl }] = [await stopped.listening(), await other.listening()];
    await using gateway = await LiveGateway.start({ replicas: [{ url }, { url: otherUrl }] });
    await gateway.ready(2);
    const [model = ''] = (await gateway.state()).replicas[0]?.models ?? [];
    const traffic = new Traffic({ gateway, replica: { model } }, { clients: 8 });
    await until('both are known', () => traffic.served.length > 200);

    stopped.signal('SIGSTOP');
    await gateway.ready(1);
    const { length } = traffic.served;
    await until('the other one goes on', () => traffic.served.length > length + 50);
    stopped.signal('SIGCONT');
    await gateway.ready(2);
    await traffic.stop();

    expect(traffic.statuses).toEqual([200]);
    expect(traffic.longestMs).toBeLessThan(10 * 3_000);
    await expect(gateway.counted('replicaEjections', { reason: 'stall' })).resolves.toBe(1);
  });
});

describe('one request whose answer pauses', () => {
  it('is no stall: its replica gives a token when it is asked', async () => {
    await using house = await aHouse({ replicas: [{ speed: 10 }] });
    const { replica } = house;
    const traffic = await knownTraffic(house);
    await traffic.stop();
    await replica.fails({ kind: 'stall', at: 3, ms: 30_000, times: 1 });

    const answer = await readStream(
      openAi(house.gateway).completions.create(
        withExtras({ model: replica.model, prompt: 'a', max_tokens: 10, stream: true }),
      ),
    );

    expect(answer.thrown).toBeUndefined();
    expect(answer.finishReason).toBe('length');
    await expect(house.gateway.counted('replicaEjections')).resolves.toBe(0);
    await expectAllReleased(house);
  });
});
