import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { CommandLine } from '../support/command-line.ts';
import type { ReadStream } from '../support/live/answers.ts';
import { readStream, rightAnswer } from '../support/live/answers.ts';
import { openAi, withExtras } from '../support/live/openai.ts';
import { postJson } from '../support/live/raw.ts';
import { LiveReplica } from '../support/live/replica.ts';
import { until } from '../support/live/until.ts';

const prompt = 'Rolling';

/** At speed 5 a stream of three seconds. */
const TOKENS = 900;
const STREAMS = 50;

interface At {
  readonly url: string;
  readonly model: string;
}

/** A long stream, and the moment at which it has begun. */
function aStream(
  { url, model }: At,
  tokens = TOKENS,
): { begun: Promise<unknown>; ended: Promise<ReadStream> } {
  const opening = openAi({ url }).completions.create(
    withExtras({ model, prompt, max_tokens: tokens, stream: true as const }),
  );
  const begun = Promise.resolve(opening).catch(() => undefined);
  return { begun, ended: readStream(opening) };
}

/** Short requests, each where `url` says at that moment, until it is stopped; gives what became of each. */
function traffic(url: () => string, model: string): { readonly stop: () => Promise<string[]> } {
  let isOver = false;
  const outcomes: string[] = [];
  const going = (async (): Promise<void> => {
    while (!isOver) {
      try {
        const answer = await postJson(`${url()}/v1/completions`, { model, prompt, max_tokens: 1 });
        const said = await answer.text();
        outcomes.push(answer.ok ? '200' : `${answer.status}: ${said}`);
      } catch (error) {
        outcomes.push(
          error instanceof Error ? `${error.message}: ${String(error.cause)}` : 'broken',
        );
      }
    }
  })();
  return {
    stop: async () => {
      isOver = true;
      await going;
      return outcomes;
    },
  };
}

describe('gateways that follow each other', () => {
  let replica: LiveReplica;
  let folder: string;

  beforeAll(async () => {
    replica = await LiveReplica.start({ speed: 5 });
    folder = mkdtempSync(join(tmpdir(), 'numagate-rolling-'));
  });

  afterAll(async () => {
    await replica[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  /** A gateway as a process of its own, ready. */
  async function aGateway(more: object = {}): Promise<CommandLine & At> {
    const file = join(folder, 'gateway.yaml');
    const settings = {
      replicas: [{ url: replica.url }],
      listen: { port: 0 },
      admin: { port: 0 },
      discovery: { loadIntervalMs: 100, healthIntervalMs: 200 },
      shutdown: { settleMs: 1_000 },
      telemetry: { logLevel: 'warn' },
      ...more,
    };
    writeFileSync(file, JSON.stringify(settings));
    const gateway = new CommandLine(['serve', '--config', file, '--json']);
    const { url } = await gateway.listening();
    await until('the gateway is ready', async () => (await fetch(`${url}/ready`)).ok);
    return Object.assign(gateway, { url, model: replica.model });
  }

  function expectWhole(streams: readonly ReadStream[]): void {
    for (const { text, finishReason, thrown } of streams) {
      expect(thrown).toBeUndefined();
      expect(finishReason).toBe('length');
      expect(text).toBe(rightAnswer(prompt, TOKENS));
    }
  }

  it('cut none of fifty streams when one is told to stop, and refuse nobody who has not noticed', async () => {
    await using gateway = await aGateway();
    const streams = Array.from({ length: STREAMS }, () => aStream(gateway));
    await Promise.all(streams.map(({ begun }) => begun));
    const others = traffic(() => gateway.url, replica.model);

    const ending = gateway.stop('SIGTERM');
    const page = await until('it is not ready', async () => {
      const answer = await fetch(`${gateway.url}/ready`);
      return answer.status === 503 && answer.json();
    });
    // It has noticed, as a balancer does that asks now and then.
    const outcomes = await others.stop();

    expect(page).toMatchObject({ ready: false, reason: 'shutting down' });
    expect(outcomes.length).toBeGreaterThan(0);
    expect(outcomes.filter((outcome) => outcome !== '200')).toEqual([]);
    expectWhole(await Promise.all(streams.map(({ ended }) => ended)));
    await expect(ending).resolves.toMatchObject({ code: 0, stderr: '' });
  });

  it('told a second time end fifty streams with an error event, and are gone', async () => {
    await using gateway = await aGateway();
    const streams = Array.from({ length: STREAMS }, () => aStream(gateway, 5_000));
    await Promise.all(streams.map(({ begun }) => begun));

    const first = gateway.stop('SIGTERM');
    await until('it is not ready', async () => !(await fetch(`${gateway.url}/ready`)).ok);
    const beganMs = performance.now();
    const second = gateway.stop('SIGTERM');
    const ended = await Promise.all(streams.map((stream) => stream.ended));
    await Promise.all([first, second]);

    // Ten times what is promised, on a machine that does other things.
    expect(performance.now() - beganMs).toBeLessThan(10_000);
    for (const { thrown, finishReason } of ended) {
      expect(thrown).toMatchObject({ code: 'shutting_down' });
      expect(finishReason).toBeUndefined();
    }
  });

  it('behind a balancer are restarted one by one, and nobody notices', async () => {
    const gateways = [await aGateway(), await aGateway()];
    await using stack = new AsyncDisposableStack();
    stack.defer(async () => {
      for (const gateway of gateways) await gateway[Symbol.asyncDispose]();
    });
    let turn = 0;
    let ready = gateways.map(({ url }) => url);
    const look = async (): Promise<void> => {
      const looks = gateways.map(async ({ url }) => {
        const answer = await fetch(`${url}/ready`).catch(() => undefined);
        return answer?.ok === true ? url : '';
      });
      ready = (await Promise.all(looks)).filter((url) => url !== '');
    };
    const pick = (): string => ready[(turn += 1) % ready.length] ?? '';
    const clients = [1, 2, 3].map(() => traffic(pick, replica.model));

    const streams: Promise<ReadStream>[] = [];
    for (let restart = 0; restart < 2; restart += 1) {
      const leaving = gateways[0];
      if (leaving === undefined) throw new Error('two gateways are up');
      const open = Array.from({ length: 10 }, () =>
        aStream({ url: leaving.url, model: leaving.model }),
      );
      await Promise.all(open.map(({ begun }) => begun));
      streams.push(...open.map(({ ended }) => ended));
      const ending = leaving.stop('SIGTERM');
      await until('the balancer has noticed', async () => {
        await look();
        return !ready.includes(leaving.url);
      });
      await expect(ending).resolves.toMatchObject({ code: 0, stderr: '' });
      gateways.shift();
      gateways.push(await aGateway());
      await look();
    }

    const outcomes = (await Promise.all(clients.map(({ stop }) => stop()))).flat();
    expect(outcomes.filter((outcome) => outcome !== '200')).toEqual([]);
    expectWhole(await Promise.all(streams));
  });

  it.runIf(process.platform === 'linux')('at one port hand it on, and nobody notices', async () => {
    await using first = await aGateway({ listen: { port: 0, reusePort: true } });
    const port = Number(new URL(first.url).port);
    const stream = aStream(first);
    await stream.begun;
    const clients = [1, 2].map(() => traffic(() => first.url, replica.model));

    await using second = await aGateway({ listen: { port, reusePort: true } });
    await expect(first.stop('SIGTERM')).resolves.toMatchObject({ code: 0, stderr: '' });
    const afterwards = await fetch(`${second.url}/health`);

    expect(afterwards.status).toBe(200);
    const outcomes = (await Promise.all(clients.map(({ stop }) => stop()))).flat();
    expect(outcomes.filter((outcome) => outcome !== '200')).toEqual([]);
    expect(outcomes.length).toBeGreaterThan(0);
    expectWhole([await stream.ended]);
  });
});
