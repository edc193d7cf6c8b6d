import { describe, expect, it } from 'vitest';
import { WakingReservation } from '../../../gateway/pipeline/waking-reservation.ts';
import { Fleet } from '../../../routing/fleet.ts';
import { aReplica } from '../../support/builders.ts';

/** A reservation of 200 + 100 tokens, how often it told of room, and what it told at its end. */
function aReservation() {
  const fleet = new Fleet();
  fleet.join(aReplica());
  const reserved = fleet.reserve('replica-0', {
    promptTokens: 200,
    cachedTokens: 0,
    expectedOutputTokens: 100,
    blockHashes: [],
    nowMs: 0,
  });
  const ended: (number | undefined)[] = [];
  const seen = { rooms: 0, ended };
  const reservation = new WakingReservation(reserved, {
    madeRoom: () => void (seen.rooms += 1),
    ended: (outputTokens) => void ended.push(outputTokens),
  });
  return { reservation, seen };
}

describe('a reservation that wakes who waits', () => {
  it('tells of room once at its first token and once at its release', () => {
    const { reservation, seen } = aReservation();
    reservation.firstToken();
    reservation.firstToken();
    expect(seen.rooms).toBe(1);

    expect([reservation.release(), reservation.release()]).toEqual([true, false]);
    expect(seen.rooms).toBe(2);
  });

  it('tells at its end, once, what came of the answer', () => {
    const { reservation, seen } = aReservation();
    reservation.firstToken();
    reservation.outputTokens += 30;
    reservation.release();
    reservation.release();

    expect(seen.ended).toEqual([30]);
  });

  it('tells what the engine counted, where nobody saw the tokens come', () => {
    const { reservation, seen } = aReservation();
    reservation.firstToken();
    reservation.answeredTokens = 44;
    reservation.release();

    expect(seen.ended).toEqual([44]);
  });

  it('tells that there was no answer', () => {
    const { reservation, seen } = aReservation();
    reservation.release();

    expect(seen.ended).toEqual([undefined]);
  });

  it('is the reservation that it wraps', () => {
    const { reservation } = aReservation();
    reservation.outputTokens += 2;

    expect(reservation).toMatchObject({
      replicaId: 'replica-0',
      promptTokens: 200,
      outputTokens: 2,
    });
  });
});
