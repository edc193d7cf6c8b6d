import { describe, expect, it } from 'vitest';

import { launchSetting } from '../../../gateway/cli/launch-plan.ts';
import { aPlan } from '../../support/launched/plans.ts';

describe('a planned replica as a setting', () => {
  it('has its place, its command and its KV cache', () => {
    const replica = aPlan({
      gpus: ['0', '1'],
      cpus: [
        { first: 0, last: 3 },
        { first: 8, last: 8 },
      ],
      memoryNodes: [1],
      environment: { ONE: '1' },
      kvTokensExpected: 9,
    });
    const { numaNodes: _, reasons: __, kvTokensExpected: ___, ...facts } = replica;

    expect(launchSetting(replica)).toEqual({ ...facts, cpus: '0-3,8', kvCapacityTokens: 9 });
  });

  it('is silent where a plan knows nothing: no CPUs are not all CPUs', () => {
    const setting = launchSetting(aPlan());

    expect(setting).not.toHaveProperty('cpus');
    expect(setting).not.toHaveProperty('kvCapacityTokens');
  });
});
