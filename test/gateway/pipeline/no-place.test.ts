import { describe, expect, it } from 'vitest';
import { shed, unroutable } from '../../../gateway/pipeline/no-place.ts';
import { eligibility } from '../../../routing/policies/catalog.ts';
import { Fleet } from '../../../routing/fleet.ts';
import type { Replica } from '../../../routing/replica.ts';
import { aReplica, aRequest } from '../../support/builders.ts';

function fleetOf(...members: readonly Replica[]): Fleet {
  const fleet = new Fleet();
  for (const replica of members) fleet.join(replica);
  return fleet;
}

describe('a request that is shed', () => {
  it.each([
    'queue-full',
    'queue-bytes-full',
    'queue-tokens-full',
    'queue-too-long',
    'deadline-hopeless',
    'sojourn-exceeded',
    'deadline-passed',
  ] as const)('for %s is saturated, and told in words and when to come back', (reason) => {
    const error = shed(reason, 1234);

    expect(error).toMatchObject({
      code: 'saturated',
      status: 503,
      source: 'gateway',
      retryable: false,
      retryAfterMs: 1234,
      reason,
    });
    expect(error.message).toMatch(/^[A-Z][^.]+\.$/);
  });
});

describe('a request that nobody serves', () => {
  it('asks for a model that does not exist, where all replicas have told theirs', () => {
    expect(unroutable(aRequest({ model: 'gpt-9' }), 'serves', fleetOf(aReplica()))).toMatchObject({
      code: 'model_not_found',
      status: 404,
      source: 'client',
      param: 'model',
      message: "No replica serves the model 'gpt-9': GET /v1/models lists what is served.",
    });
  });

  it('may ask for a model that is on its way, while a replica has not told', () => {
    const fleet = fleetOf(aReplica(), aReplica({ id: 'silent', models: [] }));

    expect(unroutable(aRequest({ model: 'gpt-9' }), 'serves', fleet).code).toBe('no_replica');
  });

  it('asks for a model whose replicas cannot take it now', () => {
    expect(unroutable(aRequest(), 'ready', fleetOf(aReplica()))).toMatchObject({
      code: 'no_replica',
      status: 503,
      retryAfterMs: 2000,
      message: 'No replica of the model is ready.',
      reason: 'ready',
    });
  });

  it.each([
    [['draining', 'draining'], 'Every replica of the model is drained, and takes no new requests.'],
    [['draining', 'ejected'], 'No replica of the model is ready.'],
  ] as const)('asks replicas that are %j, which is said', (states, message) => {
    const fleet = fleetOf(
      aReplica({ id: 'one' }),
      aReplica({ id: 'silent', models: [] }),
      aReplica({ id: 'other', models: ['another'] }),
    );
    fleet.setState('one', states[0]);
    fleet.setState('silent', states[1]);

    expect(unroutable(aRequest(), 'ready', fleet)).toMatchObject({ message, reason: 'ready' });
  });

  it.each([...eligibility.map(({ name }) => name), 'empty-fleet'])(
    'is told in one plain sentence where %s dropped the last replica, and no name of ours',
    (filter) => {
      const fleet = fleetOf(aReplica({ models: [] }));
      const { message } = unroutable(aRequest({ engine: 'sglang' }), filter, fleet);

      expect(message).toMatch(/^[A-Z][^.()]+\.$/);
      expect(message).not.toMatch(/not-excluded|empty-fleet/);
    },
  );

  it('has one sentence for each filter of every policy', () => {
    const names = eligibility.map(({ name }) => name);
    const messages = ['unheard of', 'empty-fleet', ...names].map(
      (filter) => unroutable(aRequest(), filter, fleetOf()).message,
    );

    expect(new Set(messages).size).toBe(messages.length);
  });

  it('asks by the API of an engine of which there is none', () => {
    expect(unroutable(aRequest({ engine: 'sglang' }), 'speaks', fleetOf(aReplica()))).toMatchObject(
      {
        code: 'not_found',
        message: 'No replica is sglang, whose own API this is.',
      },
    );
  });

  it('is told no names of models that there are', () => {
    const fleet = fleetOf(aReplica({ models: ['secret-model'] }));

    for (const filter of ['serves', 'ready', 'not-excluded']) {
      expect(unroutable(aRequest({ model: 'x' }), filter, fleet).message).not.toContain('secret');
    }
  });
});
