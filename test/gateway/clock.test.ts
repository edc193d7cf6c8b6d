import { EventEmitter, once } from 'node:events';

import { describe, expect, it } from 'vitest';

import { systemClock } from '../../gateway/clock.ts';

describe('the system clock', () => {
  it('never goes back', () => {
    const first = systemClock.nowMs();
    expect(systemClock.nowMs()).toBeGreaterThanOrEqual(first);
  });

  it('runs a task once, and none that was cancelled before', async () => {
    const told = new EventEmitter();
    const ran: string[] = [];
    const cancel = systemClock.after(0, () => ran.push('cancelled'));
    systemClock.after(1, () => {
      ran.push('kept');
      told.emit('ran');
    });
    cancel();
    cancel();
    await once(told, 'ran');
    expect(ran).toEqual(['kept']);
  });
});
