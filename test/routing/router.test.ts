import { describe, expect, it } from 'vitest';
import type { Cost, Filter, Picker, Policy } from '../../routing/policies/policy.ts';
import type { Candidate } from '../../routing/replica.ts';
import { Router } from '../../routing/router.ts';
import { aCandidate, aReplica, aRequest } from '../support/builders.ts';

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
    observers: [],
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
    expect(decide('a', 'b', 'c')).toEqual({ kind: 'unroutable', filter: 'second' });
    expect(decide('a')).toEqual({ kind: 'unroutable', filter: 'first' });
  });

  it('says so when there was nobody to drop', () => {
    const decision = aRouter({ filters: [drops('first')] }).route(aRequest(), []);

    expect(decision).toEqual({ kind: 'unroutable', filter: 'empty-fleet' });
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
});
