import { describe, expect, it } from 'vitest';
import { createPolicy, eligibility, policyNames } from '../../../routing/policies/catalog.ts';

const random = () => 0;

function partNames(name: (typeof policyNames)[number]): Record<string, unknown> {
  const { costs, picker } = createPolicy(name, { random });
  return { costs: costs.map((cost) => cost.name), picker: picker.name };
}

describe('catalog', () => {
  it('lists the default first', () => {
    expect(policyNames).toEqual(['kv-aware', 'least-requests', 'power-of-two', 'round-robin']);
  });

  it('asks first what a replica can do, then whether it may', () => {
    expect(eligibility.map(({ name }) => name)).toEqual([
      'serves',
      'speaks',
      'ready',
      'not-excluded',
    ]);
  });

  it('builds each policy of its parts', () => {
    expect(partNames('kv-aware')).toEqual({
      costs: ['prefill-wait', 'decode-slowdown', 'kv-pressure', 'context-overflow'],
      picker: 'least-cost',
    });
    expect(partNames('least-requests')).toEqual({ costs: ['in-flight'], picker: 'least-cost' });
    expect(partNames('power-of-two')).toEqual({ costs: ['in-flight'], picker: 'power-of-two' });
    expect(partNames('round-robin')).toEqual({ costs: [], picker: 'round-robin' });
  });
});
