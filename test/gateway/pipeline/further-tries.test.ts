import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../gateway/generation/error.ts';
import type { AttemptEnd, EngineRefusal } from '../../../gateway/pipeline/attempt.ts';
import { ATTEMPTS_MAX, FurtherTries } from '../../../gateway/pipeline/further-tries.ts';
import { RetryBudget } from '../../../gateway/pipeline/retry-budget.ts';
import { aRequest, replicas } from '../../support/builders.ts';
import { anExchange, decoded } from '../../support/exchange.ts';
import { aPipeline, ask } from '../../support/pipeline.ts';

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
  return { tries: new FurtherTries(anExchange(), routing, parts), place, house };
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
