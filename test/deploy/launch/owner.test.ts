import { describe, expect, it } from 'vitest';

import { isAlive, isSameOwner, thisProcess } from '../../../deploy/launch/owner.ts';

const me = thisProcess();
/** A later process of the same id. */
const later = { ...me, startTicks: me.startTicks + 1 };

describe('an owner of replicas', () => {
  it('is this process, which runs', () => {
    expect(me.pid).toBe(process.pid);
    expect(me.startTicks).toBeGreaterThan(0);
    expect(isAlive(me)).toBe(true);
  });

  it('has ended where another process has its id, or none has', () => {
    expect(isAlive(later)).toBe(false);
    expect(isAlive({ pid: 2 ** 31, startTicks: 1 })).toBe(false);
  });

  it('is one process, told from a later one of the same id', () => {
    expect(isSameOwner(me, thisProcess())).toBe(true);
    expect(isSameOwner(me, later)).toBe(false);
    expect(isSameOwner(me, { ...me, pid: me.pid + 1 })).toBe(false);
  });
});
