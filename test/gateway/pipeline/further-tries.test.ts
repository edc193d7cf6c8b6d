import { describe, expect, it } from 'vitest';
import type { AttemptEnd, EngineRefusal } from '../../../gateway/pipeline/attempt.ts';
import { ATTEMPTS_MAX, FurtherTries } from '../../../gateway/pipeline/further-tries.ts';
import { RetryBudget } from '../../../gateway/pipeline/retry-budget.ts';
import { aRequest, replicas } from '../../support/builders.ts';
import { aDispatcher, ask } from '../../support/pipeline.ts';

function refusal(headers: EngineRefusal['headers'] = {}): EngineRefusal {
  return { status: 503, headers, body: Buffer.from('{}') };
}

function refused(headers: EngineRefusal['headers'] = {}): AttemptEnd {
  return { kind: 'refused', refusal: refusal(headers) };
}

/** A request with a place on one of three replicas. */
function begun(budget = new RetryBudget(0.15)) {
  const house = aDispatcher(replicas(3));
  const excluded = new Set<string>();
  const routing = aRequest({ excluded });
  const { place } = ask(house, routing);
  if (place === undefined) throw new Error('it has a place');
  const parts = { dispatcher: house.dispatcher, retries: budget };
  return { tries: new FurtherTries(routing, excluded, parts), place, excluded };
}

/** A budget of which nothing is left. */
function spent(): RetryBudget {
  const budget = new RetryBudget(0);
  while (budget.take(0));
  return budget;
}

describe('a further try', () => {
  it('goes to another replica', () => {
    const { tries, place, excluded } = begun();
    const next = tries.next(refused(), place, 0);

    expect(next?.place.replica.id).not.toBe(place.replica.id);
    expect([...excluded]).toEqual([place.replica.id]);
  });

  it('is not made beyond the budget of all', () => {
    const { tries, place } = begun(spent());

    expect(tries.next(refused(), place, 0)).toBeUndefined();
  });

  it('is not made of an answer, and not after the last', () => {
    const { tries, place } = begun();
    expect(tries.next({ kind: 'complete' }, place, 0)).toBeUndefined();
    const next = tries.next(refused(), place, 0);

    expect(ATTEMPTS_MAX).toBe(2);
    expect(next).toBeUndefined();
  });

  it.each([
    [['7', '3'], '3'],
    [['2', '30'], '2'],
    [[undefined, '9'], '9'],
    [['Sat, 28 Nov 2026 12:00:00 GMT', '9'], '9'],
  ])('that is refused too lets the client come back after %j: %s', (waits, shortest) => {
    const { tries, place } = begun();
    for (const wait of waits) {
      tries.next(refused(wait === undefined ? {} : { 'retry-after': wait }), place, 0);
    }

    expect(tries.withShortestWait(refusal({ 'retry-after': '99', server: 'x' })).headers).toEqual({
      'retry-after': shortest,
      server: 'x',
    });
  });

  it('leaves a refusal as it is where no replica named a wait', () => {
    const { tries, place } = begun();
    tries.next(refused(), place, 0);
    const last = refusal();

    expect(tries.withShortestWait(last)).toBe(last);
  });
});
