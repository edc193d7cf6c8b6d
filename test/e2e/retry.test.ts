import { describe, expect, it } from 'vitest';

import { readStream, rightAnswer } from '../support/live/answers.ts';
import { inFlightOf } from '../support/live/gateway.ts';
import type { LiveHouse } from '../support/live/house.ts';
import { aHouse, expectAllReleased } from '../support/live/house.ts';
import { openAi, withExtras } from '../support/live/openai.ts';
import { postJson } from '../support/live/raw.ts';
import type { LiveReplica } from '../support/live/replica.ts';
import { until } from '../support/live/until.ts';

const TOKENS = 8;
const prompt = 'The second door';
const right = rightAnswer(prompt, TOKENS);

/** Chance finds the faulty one of two replicas in a few requests; that it does not in so many means that it is shunned. */
const TRIES_MAX = 30;

/** What a replica may do before the first byte of its answer that another one makes good. */
const faults: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'refuses connections': { kind: 'refuse', how: 'close' },
  'cuts new connections': { kind: 'refuse', how: 'reset' },
  'closes the connection before it answers': { kind: 'die', at: 'headers', how: 'fin' },
  'resets the connection before it answers': { kind: 'die', at: 'headers', how: 'rst' },
  'closes the connection after the head': { kind: 'die', at: 0, how: 'fin' },
  'resets the connection after the head': { kind: 'die', at: 0, how: 'rst' },
  'ends its stream before the first token': { kind: 'clean-end', at: 0 },
  'answers bytes that are no HTTP': { kind: 'garbage', at: 'headers' },
  'aborts before the first token': { kind: 'abort', at: 0 },
  'sends an error as its first event': { kind: 'error-event', at: 0 },
  'answers 429': { kind: 'status', status: 429, retryAfterSeconds: 7 },
  'answers 500': { kind: 'status', status: 500 },
  'answers 502': { kind: 'status', status: 502 },
  'answers 503': { kind: 'status', status: 503 },
  'answers 504': { kind: 'status', status: 504 },
};

/** No check finds the fault before a request meets it, and no failure takes the replica out. */
const unwatched = {
  discovery: { loadIntervalMs: 60_000, healthIntervalMs: 60_000, failuresMax: 1000 },
};

const pairs = [{ preset: 'sglang-0.2.14-8xh100-tp8' }, { preset: 'vllm-current-8xh100-tp8' }];

function ask(house: LiveHouse, more: object = {}): Promise<Response> {
  const body = { model: house.replica.model, prompt, max_tokens: TOKENS, ignore_eos: true };
  const headers = { 'x-gateway-replica': 'yes' };
  return postJson(`${house.gateway.url}/v1/completions`, { ...body, ...more }, headers);
}

/** Asks until `faulty` has been tried too; every answer on the way must be right. */
async function askUntilTried(
  house: LiveHouse,
  faulty: LiveReplica,
  more: object,
): Promise<readonly string[]> {
  const answeredBy: string[] = [];
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const answer = await ask(house, more);
    expect(answer.status).toBe(200);
    answeredBy.push(answer.headers.get('x-gateway-replica') ?? '');
    expect(wordsIn(await answer.text())).toBe(right);
    const failed = await failedAttempts(house, faulty);
    if (failed > 0) return answeredBy;
  }
  throw new Error(`${faulty.id} was never tried`);
}

/** Attempts at a replica that brought no answer. */
async function failedAttempts({ gateway }: LiveHouse, { id }: LiveReplica): Promise<number> {
  const all = await gateway.counted('attempts', { replica: id });
  return all - (await gateway.counted('attempts', { replica: id, error_type: '' }));
}

/** Text of an answer, whole or streamed. */
function wordsIn(body: string): string {
  const events = body.startsWith('data:') ? body.split('\n\n').slice(0, -2) : [`data: ${body}`];
  return events
    .map((event) => JSON.parse(event.slice('data: '.length)) as { choices: { text: string }[] })
    .map(({ choices }) => choices[0]?.text ?? '')
    .join('');
}

describe('when a replica', () => {
  const cases = Object.keys(faults).flatMap((what) =>
    [true, false].map((stream) => ({ what, stream })),
  );

  it.each(cases)('$what, another one answers (stream: $stream)', async ({ what, stream }) => {
    await using house = await aHouse({ replicas: pairs, settings: unwatched });
    const [sound, faulty] = house.replicas;
    if (sound === undefined || faulty === undefined) throw new Error('two replicas');
    await faulty.fails({ ...faults[what] });

    const answeredBy = await askUntilTried(house, faulty, { stream });

    expect(answeredBy.at(-1)).toBe(sound.id);
    await expectAllReleased(house);
  });

  it('refuses the request itself, no other one is asked', async () => {
    await using house = await aHouse({ replicas: [{}, {}], settings: unwatched });
    for (const replica of house.replicas) await replica.fails({ kind: 'status', status: 422 });

    const answer = await ask(house);

    expect(answer.status).toBe(422);
    await expect(house.gateway.counted('attempts')).resolves.toBe(1);
    await expectAllReleased(house);
  });

  it('and the next one fail too, the client gets the last refusal, and no third one is asked', async () => {
    await using house = await aHouse({ replicas: [{}, {}, {}], settings: unwatched });
    for (const replica of house.replicas) {
      await replica.fails({ kind: 'status', status: 429, retryAfterSeconds: 7 });
    }

    const answer = await ask(house);

    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('7');
    await expect(house.gateway.counted('attempts')).resolves.toBe(2);
    await expectAllReleased(house);
  });

  it('breaks a stream after its first byte, no other one is asked', async () => {
    await using house = await aHouse({
      replicas: [{}, {}],
      settings: { ...unwatched, resume: { mode: 'off' } },
    });
    for (const replica of house.replicas) await replica.fails({ kind: 'die', at: 1 });

    const stream = await readStream(
      openAi(house.gateway).completions.create(
        withExtras({ model: house.replica.model, prompt, max_tokens: TOKENS, stream: true }),
      ),
    );

    expect(stream.thrown).toBeInstanceOf(Error);
    await expect(house.gateway.counted('attempts')).resolves.toBe(1);
    await expectAllReleased(house);
  });

  it('says nothing, that is no failure yet: its request stays open and counted', async () => {
    await using house = await aHouse({ replicas: [{}, {}], settings: unwatched });
    for (const replica of house.replicas) await replica.fails({ kind: 'hang' });
    const leaving = new AbortController();
    const asking = postJson(
      `${house.gateway.url}/v1/completions`,
      { model: house.replica.model, prompt },
      {},
      leaving.signal,
    ).catch(() => undefined);

    await until('the replica has it', async () => {
      const all = await Promise.all(house.replicas.map((replica) => replica.received()));
      return all.flat().length === 1;
    });
    const state = await house.gateway.state();
    await expect(house.gateway.counted('attempts')).resolves.toBe(0);

    expect(inFlightOf(state)).toMatchObject({ requests: 1 });
    expect(state.openRequests).toBe(1);
    leaving.abort();
    await asking;
    await expectAllReleased(house);
  });

  it.each([
    ['a word', { kind: 'hang' }],
    ['a token', { kind: 'stall', at: 0 }],
  ])('says not %s within the time limit of a first byte, another one answers', async (_, fault) => {
    await using house = await aHouse({
      replicas: [{}, {}],
      settings: {
        ...unwatched,
        timeouts: { firstByteMs: 300 },
        routing: { policy: 'round-robin' },
      },
    });
    const faulty = house.replicas[1];
    if (faulty === undefined) throw new Error('two replicas');
    await faulty.fails(fault);

    const answeredBy = await askUntilTried(house, faulty, { stream: true });

    expect(answeredBy.at(-1)).toBe(house.replica.id);
    await expect(
      house.gateway.counted('attempts', { replica: faulty.id, error_type: 'engine_timeout' }),
    ).resolves.toBe(1);
    await expectAllReleased(house);
  });

  it('says nothing up to the time limit of the request, the client gets 504', async () => {
    await using house = await aHouse({
      settings: { ...unwatched, timeouts: { totalMs: 150 } },
    });
    await house.replica.fails({ kind: 'hang' });

    const answer = await ask(house);

    expect(answer.status).toBe(504);
    await expect(answer.json()).resolves.toMatchObject({ error: { code: 'engine_timeout' } });
    await house.replica.stateWhere(
      'the replica was left',
      ({ openRequests }) => openRequests === 0,
    );
    await expectAllReleased(house);
  });

  it('stops in the middle up to the time limit, the client of the stream throws', async () => {
    await using house = await aHouse({
      settings: { ...unwatched, timeouts: { totalMs: 150 } },
    });
    await house.replica.fails({ kind: 'stall', at: 3 });

    const stream = await readStream(
      openAi(house.gateway).completions.create(
        withExtras({ model: house.replica.model, prompt, max_tokens: TOKENS, stream: true }),
      ),
    );

    expect(stream.thrown).toMatchObject({ code: 'engine_timeout' });
    await expectAllReleased(house);
  });
});
