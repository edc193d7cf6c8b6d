import { describe, expect, it } from 'vitest';
import { findPreset } from '../../../deploy/simulator/presets.ts';
import { labFacts } from '../../../gateway/cli/lab-facts.ts';
import { defaultShape } from '../../../gateway/replay/workload.ts';

const [big, small] = ['sglang-0.2.14-8xh100-tp8', 'sglang-0.2.14-4xh100-tp4'].map(findPreset);

function factsOf(requestRate: number | undefined): string {
  if (big === undefined || small === undefined) throw new Error('the presets are gone');
  return labFacts({
    policies: ['kv-aware'],
    serviceLevel: { timeToFirstTokenMs: 2000, tokenGapMs: 100 },
    presets: [small, big, small],
    admission: 'late-binding',
    seed: 7,
    workload: { dataset: 'trace', requests: [], requestRate, shape: defaultShape },
    rules: '0.2.14',
    maxConcurrency: undefined,
  }).join('\n');
}

describe('the facts of a lab', () => {
  it('are the workload, the fleet and what counts as good', () => {
    expect(factsOf(4)).toBe(
      '0 requests (trace), 4 a second, seed 7.\n' +
        'Simulated, on virtual time: 2 × sglang-0.2.14-4xh100-tp4, 1 × sglang-0.2.14-8xh100-tp8; admission late-binding.\n' +
        'Good: first token within 2 s and a mean gap of at most 100 ms.',
    );
  });

  it('say how requests arrive', () => {
    expect(factsOf(Infinity)).toContain('all at once');
    expect(factsOf(undefined)).toContain('arrivals as recorded');
  });
});
