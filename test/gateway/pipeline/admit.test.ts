import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../gateway/generation/error.ts';
import { admit } from '../../../gateway/pipeline/admit.ts';
import { aReplica, aRequest } from '../../support/builders.ts';
import { aTrail } from '../../support/decisions.ts';
import { anExchange } from '../../support/exchange.ts';
import { aDispatcher, Asked, inFlight } from '../../support/pipeline.ts';

/** A dispatcher whose only place is taken. */
function full() {
  const house = aDispatcher([aReplica({ kvCapacityTokens: 3000 })], { waitingMsMax: 1000 });
  return { ...house, first: new Asked(house.dispatcher, aRequest()) };
}

describe('a request that asks to be admitted', () => {
  it('gets its place and has its wait recorded', async () => {
    const { dispatcher, clock, first } = full();
    const exchange = anExchange();
    const admitted = admit(exchange, aRequest(), { dispatcher, trail: aTrail(exchange) });
    clock.advance(250);
    first.place?.reservation.release();

    await expect(admitted).resolves.toMatchObject({ replica: { id: 'replica-0' } });
    expect(exchange.recorder.queueWaitMs).toBe(250);
    expect(exchange.recorder.route).toMatchObject({
      replica: 'replica-0',
      refusal: undefined,
      wait: { ms: 250, lacked: 'room' },
    });
    expect(exchange.reply.listener).toBeUndefined();
  });

  it('has waited 0 ms where there was room', async () => {
    const exchange = anExchange();
    await admit(exchange, aRequest(), {
      dispatcher: aDispatcher().dispatcher,
      trail: aTrail(exchange),
    });

    expect(exchange.recorder.queueWaitMs).toBe(0);
  });

  it('is refused with the verdict’s error, and was never at a replica', async () => {
    const { dispatcher, clock } = full();
    const exchange = anExchange();
    const admitted = admit(exchange, aRequest(), { dispatcher, trail: aTrail(exchange) });
    const rejected = expect(admitted).rejects.toMatchObject({ code: 'saturated' });
    clock.advance(1000);

    await rejected;
    expect(exchange.recorder.queueWaitMs).toBeUndefined();
    expect(exchange.recorder.route).toMatchObject({
      replica: undefined,
      refusal: 'saturated',
      wait: { ms: 1000, lacked: 'room' },
    });
    expect(exchange.reply.listener).toBeUndefined();
  });

  it('leaves the queue with its client', async () => {
    const house = full();
    const exchange = anExchange();
    const admitted = admit(exchange, aRequest(), {
      dispatcher: house.dispatcher,
      trail: aTrail(exchange),
    });
    const rejected = expect(admitted).rejects.toMatchObject({ code: 'client_closed' });
    house.clock.advance(70);
    exchange.reply.depart();

    await rejected;
    expect(exchange.recorder.route).toMatchObject({ refusal: 'client_closed', wait: { ms: 70 } });
    expect(house.dispatcher.waitingRequests).toBe(0);
    house.first.place?.reservation.release();
    expect(inFlight(house)).toBe(0);
  });

  it('leaves the queue when the gateway ends it', async () => {
    const house = full();
    const exchange = anExchange();
    const admitted = admit(exchange, aRequest(), {
      dispatcher: house.dispatcher,
      trail: aTrail(exchange),
    });
    const rejected = expect(admitted).rejects.toMatchObject({ code: 'shutting_down' });
    exchange.reply.listener?.turnedOut(new GatewayError('shutting_down', 'x'));

    await rejected;
    expect(exchange.recorder.route).toMatchObject({ refusal: 'shutting_down' });
    expect(house.dispatcher.waitingRequests).toBe(0);
  });

  it('does not enter the queue for a client that has left already', async () => {
    const house = aDispatcher();
    const exchange = anExchange();
    exchange.reply.depart();

    await expect(
      admit(exchange, aRequest(), {
        dispatcher: house.dispatcher,
        trail: aTrail(exchange),
      }),
    ).rejects.toMatchObject({
      code: 'client_closed',
    });
    expect(inFlight(house)).toBe(0);
  });
});
