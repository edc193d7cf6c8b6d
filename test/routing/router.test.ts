import { describe, expect, it } from 'vitest';
import { createPolicy } from '../../routing/policies/catalog.ts';
import type { Cost, Filter, Picker, Policy } from '../../routing/policies/policy.ts';
import type { Candidate } from '../../routing/replica.ts';
import { HEAD_ROOM, Router } from '../../routing/router.ts';
import { aCandidate, anInFlight, aReplica, aRequest } from '../support/builders.ts';

function candidates(...ids: string[]): Candidate[] {
  return ids.map((id) => aCandidate({ replica: aReplica({ id }) }));
}

function drops(name: string, ...ids: string[]): Filter {
  return { name, keeps: (_request, { replica }) => !ids.includes(replica.id) };
}

/** Costs by replica id. */
function costs(name: string, prices: Readonly<Record<string, number>>): Cost {
  return {
    name,
    estimate(_request, given, seconds) {
      for (const [index, { replica }] of given.entries()) seconds[index] = prices[replica.id] ?? 0;
    },
  };
}

const cheapest: Picker = {
  name: 'cheapest',
  pick: (_request, _candidates, seconds) => seconds.indexOf(Math.min(...seconds)),
};

function aRouter(parts: Partial<Policy> = {}): Router {
  return new Router({
    name: 'test',
    filters: [],
    costs: [],
    picker: cheapest,
    ...parts,
  });
}

describe('Router', () => {
  it('adds the costs up and sends the request where the picker says', () => {
    const router = aRouter({
      costs: [costs('near', { a: 1, b: 3, c: 2 }), costs('far', { a: 5, b: 1, c: 3 })],
    });

    expect(router.route(aRequest(), candidates('a', 'b', 'c'))).toMatchObject({
      kind: 'routed',
      replica: { id: 'b' },
    });
  });

  it('writes each cost of each candidate on the receipt', () => {
    const router = aRouter({
      costs: [costs('near', { a: 1, b: 3 }), costs('far', { a: 5, b: 1 })],
    });

    const decision = router.route(aRequest(), candidates('a', 'b'));

    if (decision.kind !== 'routed') throw new Error(decision.filter);
    expect(decision.receipt.policy).toBe('test');
    expect(decision.receipt.candidates).toEqual(['a', 'b']);
    expect([...decision.receipt.seconds.keys()]).toEqual(['near', 'far']);
    expect(decision.receipt.seconds.get('near')).toEqual(Float64Array.of(1, 3));
    expect(decision.receipt.seconds.get('far')).toEqual(Float64Array.of(5, 1));
  });

  it('leaves a receipt as it was when the next decision is made', () => {
    const router = aRouter({ costs: [costs('near', { a: 1, b: 3, c: 9 })] });
    const first = router.route(aRequest(), candidates('a', 'b'));

    router.route(aRequest(), candidates('c', 'b'));

    if (first.kind !== 'routed') throw new Error(first.filter);
    expect(first.receipt.candidates).toEqual(['a', 'b']);
    expect(first.receipt.seconds.get('near')).toEqual(Float64Array.of(1, 3));
  });

  it('rates and picks among those alone that every filter keeps', () => {
    const router = aRouter({
      filters: [drops('first', 'a'), drops('second', 'c')],
      costs: [costs('near', { a: 1, b: 3, c: 2, d: 4 })],
    });

    const decision = router.route(aRequest(), candidates('a', 'b', 'c', 'd'));

    if (decision.kind !== 'routed') throw new Error(decision.filter);
    expect(decision.replica.id).toBe('b');
    expect(decision.receipt.candidates).toEqual(['b', 'd']);
  });

  it('names the filter that dropped the last ones', () => {
    const filters = [drops('first', 'a'), drops('second', 'b', 'c'), drops('third', 'a')];
    const router = aRouter({ filters });

    const decide = (...ids: string[]) => router.route(aRequest(), candidates(...ids));
    expect(decide('a', 'b', 'c')).toMatchObject({ kind: 'unroutable', filter: 'second' });
    expect(decide('a')).toMatchObject({ kind: 'unroutable', filter: 'first' });
  });

  it('says so when there was nobody to drop', () => {
    const decision = aRouter({ filters: [drops('first')] }).route(aRequest(), []);

    expect(decision).toMatchObject({ kind: 'unroutable', filter: 'empty-fleet' });
  });

  it('does not carry sums over from one decision to the next', () => {
    const router = aRouter({ costs: [costs('near', { a: 1, b: 2 })] });

    for (let count = 0; count < 3; count++) {
      expect(router.route(aRequest(), candidates('b', 'a'))).toMatchObject({
        replica: { id: 'a' },
      });
    }
  });

  it('routes by the picker alone where a policy has no costs', () => {
    const decision = aRouter().route(aRequest(), candidates('a', 'b'));

    if (decision.kind !== 'routed') throw new Error(decision.filter);
    expect(decision.replica.id).toBe('a');
    expect(decision.receipt.seconds.size).toBe(0);
  });

  it('gives the list that it was handed back untouched', () => {
    const given = candidates('a', 'b', 'c');

    aRouter({ filters: [drops('first', 'a')] }).route(aRequest(), given);

    expect(given.map(({ replica }) => replica.id)).toEqual(['a', 'b', 'c']);
  });

  it('does not hide a picker that picks nobody', () => {
    const router = aRouter({ picker: { name: 'astray', pick: () => 7 } });

    expect(() => router.route(aRequest(), candidates('a'))).toThrow('astray picked nobody');
  });

  it('tells of those that were no candidates why they are in their states', () => {
    const sick = aCandidate({
      replica: aReplica({ id: 'sick' }),
      state: 'draining',
      stateReason: 'GPU 3: it is lost',
    });
    const well = aCandidate();
    const router = new Router(createPolicy('kv-aware', { random: () => 0 }));

    const { dropped } = router.route(aRequest(), [sick, well]).receipt;
    expect(dropped).toEqual([{ replica: 'sick', filter: 'ready', reason: 'GPU 3: it is lost' }]);
  });

  it('tells of everyone who was no candidate which filter dropped it, or that it had no room', () => {
    const router = aRouter({ filters: [drops('first', 'a', 'b'), drops('second', 'b', 'd')] });
    const everyone = candidates('a', 'b', 'c', 'd', 'e', 'f');
    const roomy = everyone.filter(({ replica }) => replica.id !== 'e');

    const { receipt } = router.route(aRequest(), roomy, everyone);

    expect(receipt.candidates).toEqual(['c', 'f']);
    expect(receipt.picked).toBe('c');
    expect(receipt.dropped).toEqual([
      { replica: 'a', filter: 'first' },
      { replica: 'b', filter: 'first' },
      { replica: 'd', filter: 'second' },
      { replica: 'e', filter: HEAD_ROOM },
    ]);
  });

  it('counts on each NUMA node also those who have no room when it breaks a tie', () => {
    const at = (id: string, numaNode: number, requests: number) =>
      aCandidate({
        replica: aReplica({ id, address: 'http://one', numaNode }),
        inFlight: anInFlight({ requests }),
      });
    const everyone = [at('full', 0, 200), at('a', 0, 0), at('b', 1, 0), at('c', 1, 1)];
    const router = new Router(createPolicy('kv-aware', { random: () => 0 }));

    expect(router.route(aRequest(), everyone.slice(1), everyone).receipt.picked).toBe('b');
  });

  it('leaves a receipt also where nobody can take the request', () => {
    const router = aRouter({ filters: [drops('first', 'a', 'b')], costs: [costs('near', {})] });

    const { receipt } = router.route(aRequest(), candidates('a', 'b'));

    expect(receipt.candidates).toEqual([]);
    expect(receipt.picked).toBeUndefined();
    expect(receipt.dropped.map(({ filter }) => filter)).toEqual(['first', 'first']);
  });

  it('writes down the sum of the costs, the age of each load and what each has cached', () => {
    const router = aRouter({ costs: [costs('near', { a: 1, b: 3 }), costs('far', { a: 5 })] });
    const given = ['a', 'b'].map((id, index) =>
      aCandidate({ replica: aReplica({ id }), loadAgeMs: index === 0 ? 80 : Infinity }),
    );
    const cached = { at: (id: string) => (id === 'b' ? 1024 : 0) };

    const { receipt } = router.route(aRequest({ cached }), given);

    expect(receipt.totalSeconds).toEqual(Float64Array.of(6, 3));
    expect(receipt.loadAgesMs).toEqual(Float64Array.of(80, Infinity));
    expect(receipt.cachedTokens).toEqual(Float64Array.of(0, 1024));
    expect(router.route(aRequest(), given).receipt.cachedTokens).toBeUndefined();
  });

  it('shares the list of ids between receipts for as long as the fleet is the same', () => {
    const router = aRouter();
    const ids = (...names: string[]) =>
      router.route(aRequest(), candidates(...names)).receipt.candidates;

    expect(ids('a', 'b')).toEqual(['a', 'b']);
    expect(ids('a', 'c')).toEqual(['a', 'c']);
    expect(ids('a', 'c', 'd')).toEqual(['a', 'c', 'd']);
    expect(ids('a')).toEqual(['a']);
  });
});

describe('a shadow policy', () => {
  const acting = { name: 'acting', costs: [costs('near', { a: 1, b: 4 })] };
  const shadowOf = (parts: Partial<Policy>): Policy => ({
    name: 'shadow',
    filters: [],
    costs: [],
    picker: cheapest,
    ...parts,
  });
  const judged = (shadow: Policy | undefined, parts: Partial<Policy> = acting) => {
    const policy = { ...shadowOf(parts), name: 'acting' };
    const decision = new Router(policy, shadow).route(aRequest(), candidates('a', 'b'));
    return { picked: decision.receipt.picked, shadow: decision.receipt.shadow };
  };

  it('is nowhere on a receipt where there is none', () => {
    expect(judged(undefined)).toEqual({ picked: 'a', shadow: undefined });
  });

  it('does not act, and is compared by the costs of both', () => {
    const shadow = shadowOf({ costs: [costs('far', { a: 9, b: 2 })] });

    expect(judged(shadow)).toEqual({
      picked: 'a',
      shadow: {
        policy: 'shadow',
        replica: 'b',
        agrees: false,
        byActing: { actingSeconds: 1, shadowSeconds: 4 },
        byShadow: { actingSeconds: 9, shadowSeconds: 2 },
      },
    });
  });

  it('is told of those who have no room, as the acting policy is', () => {
    const seen: number[] = [];
    const picker: Picker = {
      name: 'counting',
      pick(_request, _candidates, _seconds, everyone) {
        seen.push(everyone.length);
        return 0;
      },
    };
    const everyone = candidates('a', 'b', 'c');

    new Router(shadowOf({ picker }), shadowOf({ picker })).route(
      aRequest(),
      everyone.slice(1),
      everyone,
    );

    expect(seen).toEqual([3, 3]);
  });

  it('agrees where it finds the pick as cheap as its own', () => {
    const last: Picker = { name: 'last', pick: (_request, given) => given.length - 1 };
    const shadow = shadowOf({ costs: [costs('far', { a: 2, b: 2 })], picker: last });

    expect(judged(shadow).shadow).toMatchObject({ replica: 'b', agrees: true });
  });

  it('is judged by the acting costs alone where it has none', () => {
    const last: Picker = { name: 'last', pick: (_request, given) => given.length - 1 };

    expect(judged(shadowOf({ picker: last })).shadow).toEqual({
      policy: 'shadow',
      replica: 'b',
      agrees: false,
      byActing: { actingSeconds: 1, shadowSeconds: 4 },
      byShadow: undefined,
    });
  });

  it('has nothing to say where its own filters leave nobody', () => {
    const shadow = shadowOf({ filters: [drops('all', 'a', 'b')] });

    expect(judged(shadow).shadow).toBeUndefined();
  });

  it('tells no acting cost of a replica that the acting policy dropped', () => {
    const shadow = shadowOf({ costs: [costs('far', { a: 9, b: 2 })] });

    expect(judged(shadow, { ...acting, filters: [drops('first', 'b')] }).shadow).toMatchObject({
      replica: 'b',
      byActing: undefined,
    });
  });
});
