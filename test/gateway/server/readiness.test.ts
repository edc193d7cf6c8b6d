import { describe, expect, it } from 'vitest';

import { Doorkeeper } from '../../../gateway/server/doorkeeper.ts';
import { Readiness } from '../../../gateway/server/readiness.ts';
import { Fleet } from '../../../routing/fleet.ts';
import { replicas } from '../../support/builders.ts';

function aFleet(): Fleet {
  const fleet = new Fleet();
  for (const replica of replicas(2)) fleet.join(replica);
  return fleet;
}

describe('readiness', () => {
  it('comes with the first ready replica, and tells the state of each', () => {
    const fleet = aFleet();
    const readiness = new Readiness(fleet, new Doorkeeper(1));
    expect(readiness.report()).toEqual({
      ready: false,
      reason: 'no replica is ready',
      replicas: { 'replica-0': 'starting', 'replica-1': 'starting' },
    });
    fleet.setState('replica-1', 'ready');
    expect(readiness.report()).toEqual({
      ready: true,
      replicas: { 'replica-0': 'starting', 'replica-1': 'ready' },
    });
  });

  it('goes with the last ready replica', () => {
    const fleet = aFleet();
    fleet.setState('replica-1', 'ready');
    fleet.setState('replica-1', 'ejected');
    expect(new Readiness(fleet, new Doorkeeper(1)).report().ready).toBe(false);
  });

  it('goes while the event loop is late, and comes back with it', () => {
    const fleet = aFleet();
    fleet.setState('replica-0', 'ready');
    let isBehind = true;
    const readiness = new Readiness(fleet, new Doorkeeper(1, () => isBehind));

    expect(readiness.report()).toMatchObject({ ready: false, reason: 'the event loop is late' });
    isBehind = false;
    expect(readiness.report().ready).toBe(true);
  });

  it('goes as soon as the door is closed, though replicas are ready', () => {
    const fleet = aFleet();
    fleet.setState('replica-0', 'ready');
    const doorkeeper = new Doorkeeper(1);
    void doorkeeper.close();
    expect(new Readiness(fleet, doorkeeper).report()).toMatchObject({
      ready: false,
      reason: 'shutting down',
    });
  });
});
