import { describe, expect, it } from 'vitest';

import { Doorkeeper } from '../../../gateway/server/doorkeeper.ts';

describe('the doorkeeper', () => {
  it('counts who is inside, and each leaves once', () => {
    const doorkeeper = new Doorkeeper(10);
    const leave = doorkeeper.enter();
    doorkeeper.enter();
    leave();
    leave();
    expect(doorkeeper.inside).toBe(1);
  });

  it('lets in as many as may be inside, and refuses one more with a time to come back', () => {
    const doorkeeper = new Doorkeeper(2);
    doorkeeper.enter();
    doorkeeper.enter();
    expect(() => doorkeeper.check()).not.toThrow();
    const leave = doorkeeper.enter();
    expect(() => doorkeeper.check()).toThrow(
      expect.objectContaining({ code: 'saturated', status: 503, retryAfterMs: 1_000 }),
    );
    leave();
    expect(() => doorkeeper.check()).not.toThrow();
  });

  it('refuses everybody once the door is closed, and is done when the last one is out', async () => {
    const doorkeeper = new Doorkeeper(2);
    const leave = doorkeeper.enter();
    let isEmpty = false;
    const emptied = doorkeeper.close().then(() => (isEmpty = true));
    expect(doorkeeper.isClosed).toBe(true);
    expect(() => doorkeeper.check()).toThrow(expect.objectContaining({ code: 'shutting_down' }));
    await Promise.resolve();
    expect(isEmpty).toBe(false);
    leave();
    await emptied;
    expect(isEmpty).toBe(true);
  });

  it('is done at once when nobody is inside', async () => {
    await expect(new Doorkeeper(1).close()).resolves.toBeUndefined();
  });
});
