import { describe, expect, it } from 'vitest';
import { aReplica } from '../../../support/builders.ts';
import { anExchange } from '../../../support/exchange.ts';
import { aStream, aView } from '../../../support/live-view.ts';

describe('a look at the house', () => {
  it('tells the fleet, the queue and the policy of this moment', () => {
    const { clock, open, view } = aView();
    clock.advance(400);
    open.enter(anExchange({ tenant: 'acme', receivedMs: 100 }));

    expect(view.standing()).toMatchObject({
      version: '1.2.3',
      atMs: 1_000_400,
      policy: 'kv-aware',
      draining: false,
      waiting: [{ tenant: 'acme', requests: 1, oldestMs: 300 }],
      replicas: [{ id: 'r0', state: 'ready', streams: 0, outputTokensPerSecond: null }],
    });
  });

  it('counts the streams of each replica and how fast they go', () => {
    const { clock, open, view } = aView([aReplica({ id: 'r0' }), aReplica({ id: 'r1' })]);
    const { timer } = aStream(open).recorder;
    aStream(open);
    view.standing();

    for (let token = 0; token < 30; token += 1) timer.output(token * 30);
    clock.advance(1_000);

    expect(view.standing().replicas).toMatchObject([
      { id: 'r0', streams: 1, outputTokensPerSecond: 30 },
      { id: 'r1', streams: 0, outputTokensPerSecond: 0 },
    ]);
  });
});
