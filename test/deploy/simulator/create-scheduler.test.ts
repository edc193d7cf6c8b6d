import { describe, expect, it } from 'vitest';

import { createScheduler } from '../../../deploy/simulator/create-scheduler.ts';
import { CurrentScheduler } from '../../../deploy/simulator/current-scheduler.ts';
import { SglangScheduler } from '../../../deploy/simulator/sglang-scheduler.ts';
import { VllmScheduler } from '../../../deploy/simulator/vllm-scheduler.ts';
import { aPreset } from '../../support/simulated.ts';

describe('createScheduler', () => {
  it.each([
    { scheduler: 'sglang-0.2', member: SglangScheduler },
    { scheduler: 'vllm-0.5', member: VllmScheduler },
    { scheduler: 'current', member: CurrentScheduler },
  ] as const)('makes the $scheduler scheduler with all its KV free', ({ scheduler, member }) => {
    const made = createScheduler(aPreset({ scheduler }));

    expect(made).toBeInstanceOf(member);
    expect(made).toMatchObject({ kvCapacityTokens: 1024, kvTokens: 0 });
    expect(made.plan()).toBeUndefined();
  });
});
