import { describe, expect, it } from 'vitest';

import type { GatewayError } from '../../../gateway/generation/error.ts';
import type { Guest } from '../../../gateway/server/doorkeeper.ts';
import { Doorkeeper } from '../../../gateway/server/doorkeeper.ts';

class AGuest implements Guest {
  told: GatewayError | undefined;

  turnOut(error: GatewayError): void {
    this.told = error;
  }
}

function aGuest(): AGuest {
  return new AGuest();
}

describe('the doorkeeper', () => {
  it('counts who is inside, and each leaves once', () => {
    const doorkeeper = new Doorkeeper(10);
    const leave = doorkeeper.enter(aGuest());
    doorkeeper.enter(aGuest());
    leave();
    leave();
    expect(doorkeeper.inside).toBe(1);
  });

  it('lets in as many as may be inside, and refuses one more with a time to come back', () => {
    const doorkeeper = new Doorkeeper(2);
    doorkeeper.enter(aGuest());
    doorkeeper.enter(aGuest());
    expect(() => doorkeeper.check()).not.toThrow();
    const leave = doorkeeper.enter(aGuest());
    expect(() => doorkeeper.check()).toThrow(
      expect.objectContaining({ code: 'saturated', status: 503, retryAfterMs: 1_000 }),
    );
    leave();
    expect(() => doorkeeper.check()).not.toThrow();
  });

  it('lets in more, or fewer, when the bound changes, and nobody has to leave', () => {
    const door = new Doorkeeper(2);
    for (let guest = 0; guest < 2; guest += 1) door.enter({ turnOut: () => undefined });
    expect(() => door.check()).not.toThrow();

    door.limit(1);
    expect(() => door.check()).toThrow('More than 1 requests are inside.');
    expect(door.inside).toBe(2);
    door.limit(2);
    expect(() => door.check()).not.toThrow();
  });

  it('refuses everybody while the house is behind, whoever is inside, and lets in again afterwards', () => {
    let isBehind = true;
    const door = new Doorkeeper(2, () => isBehind);

    expect(door.isBehind).toBe(true);
    expect(() => door.check()).toThrow(
      expect.objectContaining({
        code: 'saturated',
        reason: 'event-loop-late',
        retryAfterMs: 1_000,
      }) as Error,
    );
    isBehind = false;
    expect(() => door.check()).not.toThrow();
  });

  it('refuses everybody once the door is closed, and is done when the last one is out', async () => {
    const doorkeeper = new Doorkeeper(2);
    const leave = doorkeeper.enter(aGuest());
    let isEmpty = false;
    const emptied = doorkeeper.close().then(() => (isEmpty = true));
    expect(doorkeeper.isLeaving).toBe(true);
    expect(() => doorkeeper.check()).toThrow(expect.objectContaining({ code: 'shutting_down' }));
    await Promise.resolve();
    expect(isEmpty).toBe(false);
    leave();
    await emptied;
    expect(isEmpty).toBe(true);
  });

  it('says that it is going to close before it does, and lets in who comes all the same', () => {
    const door = new Doorkeeper(1);
    expect(door.isLeaving).toBe(false);
    door.announce();
    expect(door.isLeaving).toBe(true);
    expect(() => door.check()).not.toThrow();
  });

  it('is done at once when nobody is inside', async () => {
    await expect(new Doorkeeper(1).close()).resolves.toBeUndefined();
  });

  it('turns out who is still inside, and is done when they are gone', async () => {
    const doorkeeper = new Doorkeeper(9);
    const [first, gone] = [aGuest(), aGuest()];
    const leave = doorkeeper.enter(first);
    doorkeeper.enter(gone)();
    let isEmpty = false;
    const emptied = doorkeeper.turnOut().then(() => (isEmpty = true));
    expect(first.told).toMatchObject({ code: 'shutting_down', retryAfterMs: 5_000 });
    expect(gone.told).toBeUndefined();
    await Promise.resolve();
    expect(isEmpty).toBe(false);
    leave();
    await emptied;
  });
});
