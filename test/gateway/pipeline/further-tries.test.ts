import { describe, expect, it } from 'vitest';
import { openAiCompletions } from '../../../gateway/dialects/openai-completions.ts';
import { GatewayError } from '../../../gateway/generation/error.ts';
import type { AttemptEnd, EngineRefusal } from '../../../gateway/pipeline/attempt.ts';
import {
  ATTEMPTS_MAX,
  FurtherTries,
  RESUME_TRIES_MAX,
} from '../../../gateway/pipeline/further-tries.ts';
import { Resume } from '../../../gateway/pipeline/resume.ts';
import { RetryBudget } from '../../../gateway/pipeline/retry-budget.ts';
import { idsEvent, take } from '../../support/broken-answers.ts';
import { aRequest, replicas } from '../../support/builders.ts';
import { anExchange, decoded } from '../../support/exchange.ts';
import { FakeEngine } from '../../support/fake-engine.ts';
import { aPipeline, ask, inFlight } from '../../support/pipeline.ts';

function refusal(headers: EngineRefusal['headers'] = {}): EngineRefusal {
  return { status: 503, headers, body: Buffer.from('{}') };
}

function refused(headers: EngineRefusal['headers'] = {}): AttemptEnd {
  return { kind: 'refused', refusal: refusal(headers) };
}

/** A request with a place on one of three replicas. */
function begun(budget = new RetryBudget(0.15)) {
  const house = aPipeline({ members: replicas(3) });
  const routing = aRequest();
  const { place } = ask(house, routing);
  if (place === undefined) throw new Error('it has a place');
  const parts = { ...house.parts, retries: budget };
  const exchange = anExchange();
  const resume = new Resume(exchange, parts.resume);
  return { tries: new FurtherTries(exchange, { routing, resume }, parts), place, house };
}

/** A budget of which nothing is left. */
function spent(): RetryBudget {
  const budget = new RetryBudget(0);
  while (budget.take(0));
  return budget;
}

describe('a further try', () => {
  it('goes to another replica', async () => {
    const { tries, place } = begun();
    const next = await tries.next(refused(), place);

    expect(next?.place.replica.id).not.toBe(place.replica.id);
    expect([...(next?.routing.excluded ?? [])]).toEqual([place.replica.id]);
  });

  it('is not made beyond the budget of all', async () => {
    const { tries, place } = begun(spent());

    await expect(tries.next(refused(), place)).resolves.toBeUndefined();
  });

  it('is free where the replica stands still, which does nothing of what it was sent', async () => {
    const error = new GatewayError('engine_timeout', 'It stands still.', { retryable: true });
    const late = begun(spent());
    const still = begun(spent());

    await expect(late.tries.next({ kind: 'failed', error }, late.place)).resolves.toBeUndefined();
    const stall: AttemptEnd = { kind: 'failed', error, isStall: true };
    await expect(still.tries.next(stall, still.place)).resolves.toBeDefined();
  });

  it('is free where no connection was taken, which sent nothing', async () => {
    const { tries, place } = begun(spent());
    const error = new GatewayError('engine_unreachable', 'Nobody listens.', { retryable: true });

    await expect(tries.next({ kind: 'failed', error }, place)).resolves.toBeDefined();
  });

  it('is not made of an answer, and not after the last', async () => {
    const { tries, place } = begun();
    await expect(tries.next({ kind: 'complete' }, place)).resolves.toBeUndefined();

    expect(ATTEMPTS_MAX).toBe(2);
    await expect(tries.next(refused(), place)).resolves.toBeUndefined();
  });

  it('is not made of a request on which two replicas died, nor of an equal one', async () => {
    const { tries, place, house } = begun();
    const broke: AttemptEnd = {
      kind: 'failed',
      error: new GatewayError('engine_failed', 'It broke.', { retryable: true }),
    };
    for (const engine of house.engines.values()) engine.isListening = false;
    const next = await tries.next(broke, place);
    if (next === undefined) throw new Error('it is tried once more');
    const [one, other] = [place.replica.id, next.place.replica.id];

    await expect(tries.next(broke, next.place)).rejects.toMatchObject({
      code: 'query_of_death',
      message: expect.stringContaining(`The replicas ${one} and ${other} died`) as string,
    });
    expect(() => house.parts.deadly.check(decoded(), 0)).toThrow(GatewayError);
  });

  it.each([
    [['7', '3'], '3'],
    [['2', '30'], '2'],
    [[undefined, '9'], '9'],
    [['Sat, 28 Nov 2026 12:00:00 GMT', '9'], '9'],
  ])('that is refused too lets the client come back after %j: %s', async (waits, shortest) => {
    const { tries, place } = begun();
    for (const wait of waits) {
      await tries.next(refused(wait === undefined ? {} : { 'retry-after': wait }), place);
    }

    expect(tries.withShortestWait(refusal({ 'retry-after': '99', server: 'x' })).headers).toEqual({
      'retry-after': shortest,
      server: 'x',
    });
  });

  it('leaves a refusal as it is where no replica named a wait', async () => {
    const { tries, place } = begun();
    await tries.next(refused(), place);
    const last = refusal();

    expect(tries.withShortestWait(last)).toBe(last);
  });
});

const brokeOff: AttemptEnd = {
  kind: 'failed',
  error: new GatewayError('engine_failed', 'It broke.'),
};

/** An answer of one token that its first replica has begun. */
function answering(members = 3, more: object = {}) {
  const house = aPipeline({ members: replicas(members) });
  for (const engine of house.engines.values()) engine.tellsIds = true;
  const routing = aRequest();
  const { place } = ask(house, routing);
  if (place === undefined) throw new Error('it has a place');
  const body = { model: 'llama', prompt: 'x', stream: true, max_tokens: 100, ...more };
  const request = decoded(body, openAiCompletions, '/v1/completions');
  const exchange = anExchange({ dialect: openAiCompletions, request });
  const resume = new Resume(exchange, house.parts.resume);
  const kept = resume.notesAt(Object.assign(new FakeEngine(), { tellsIds: true }));
  if (kept === undefined) throw new Error('it may go on');
  take(kept, idsEvent('a', [300], [1]));
  exchange.reply.start(200, {});
  place.reservation.outputTokens = 1;
  return {
    tries: new FurtherTries(exchange, { routing, resume }, house.parts),
    place,
    house,
    exchange,
  };
}

/** Goes on from try to try, each of which makes so many tokens before it ends so; gives where it was. */
async function goOn(
  begun: ReturnType<typeof answering>,
  end: AttemptEnd,
  tokens: number,
  times: number,
) {
  const went: string[] = [];
  let { place } = begun;
  for (let time = 0; time < times; time += 1) {
    place.reservation.release();
    const next = await begun.tries.next(end, place);
    if (next === undefined) break;
    ({ place } = next);
    place.reservation.outputTokens = tokens;
    went.push(place.replica.id);
  }
  return went;
}

describe('an answer that has begun', () => {
  it('goes on at another replica of its engine, with what there is of it as part of its prompt', async () => {
    const { tries, place } = answering();
    const next = await tries.next(brokeOff, place);

    expect(next?.leg?.path).toBe('/v1/completions');
    expect(next?.place.replica.id).not.toBe(place.replica.id);
    expect(next?.routing).toMatchObject({
      engine: 'vllm',
      promptTokens: 2001,
      expectedOutputTokens: 999,
    });
  });

  it('goes on for as long as it gets on, at one that broke before too', async () => {
    const went = await goOn(answering(2), brokeOff, 8, 9);

    expect(went).toHaveLength(9);
  });

  it('goes on at no third replica where it did not get on at the second', async () => {
    await expect(goOn(answering(5), brokeOff, 7, 9)).resolves.toHaveLength(1);
  });

  it('is tried three times in a row where nobody can be reached, and never twice at one', async () => {
    const unreachable: AttemptEnd = {
      kind: 'failed',
      error: new GatewayError('engine_unreachable', 'No.'),
    };
    const went = await goOn(answering(9), unreachable, 0, 9);

    expect(went).toHaveLength(RESUME_TRIES_MAX);
    expect(new Set(went).size).toBe(RESUME_TRIES_MAX);
  });

  it.each(['client_closed', 'shutting_down', 'internal'] as const)(
    'ends for good with %s',
    async (code) => {
      const end: AttemptEnd = { kind: 'failed', error: new GatewayError(code, 'Over.') };

      await expect(goOn(answering(), end, 0, 1)).resolves.toEqual([]);
    },
  );

  it('costs nothing of the budget of retries', async () => {
    const begun = answering();
    while (begun.house.parts.retries.take(0));

    await expect(goOn(begun, brokeOff, 8, 2)).resolves.toHaveLength(2);
  });

  it('leaves no place behind where it cannot go on', async () => {
    const begun = answering(2);
    const parts = { ...begun.house.parts, engineOf: () => undefined };
    const resume = new Resume(begun.exchange, parts.resume);
    const notes = resume.notesAt(Object.assign(new FakeEngine(), { tellsIds: true }));
    if (notes === undefined) throw new Error('it may go on');
    take(notes, idsEvent('a', [300], [1]));
    begun.place.reservation.release();
    const tries = new FurtherTries(begun.exchange, { routing: aRequest(), resume }, parts);

    await expect(tries.next(brokeOff, begun.place)).resolves.toBeUndefined();
    expect(inFlight(begun.house)).toBe(0);
  });

  it('leaves no place behind where it fails on its way', async () => {
    const begun = answering(2, { stop: 'xyz' });
    begun.place.reservation.release();
    for (const engine of begun.house.engines.values()) {
      engine.textOf = () => {
        throw new Error('a bug');
      };
    }

    await expect(begun.tries.next(brokeOff, begun.place)).rejects.toThrow('a bug');
    expect(inFlight(begun.house)).toBe(0);
  });
});
