import { describe, expect, it } from 'vitest';
import { workloadPresets } from '../../../../gateway/replay/workloads/presets.ts';
import {
  publishedRandomOptions,
  randomWorkload,
} from '../../../../gateway/replay/workloads/random.ts';

describe('the presets', () => {
  it('hold the published run among them', () => {
    const { requests, inputTokens, outputTokens } = publishedRandomOptions;

    expect(workloadPresets['offline-4096x2048']).toEqual({
      requests,
      inputTokens,
      outputTokens,
      requestRate: Infinity,
    });
  });

  it.each([
    ['online-rate-1', 300, 1],
    ['online-rate-2', 600, 2],
    ['online-rate-4', 1200, 4],
    ['online-rate-8', 2400, 8],
    ['online-rate-16', 3200, 16],
  ])('send %s for about as long as its rate says', (name, requests, rate) => {
    const workload = randomWorkload({ ...publishedRandomOptions, ...randomPart(name) });

    expect(workload.requests).toHaveLength(requests);
    const lastSeconds = (workload.requests.at(-1)?.arrivalMs ?? 0) / 1000;
    expect(lastSeconds).toBeGreaterThan((0.85 * requests) / rate);
    expect(lastSeconds).toBeLessThan((1.15 * requests) / rate);
  });

  it('take the shared-conversation run from a file', () => {
    expect(workloadPresets['offline-sharegpt']).toMatchObject({
      dataset: 'sharegpt',
      requests: 3000,
    });
  });
});

function randomPart(name: string): { requests: number; requestRate: number } {
  const preset = workloadPresets[name];
  return { requests: preset?.requests ?? 0, requestRate: preset?.requestRate ?? 0 };
}
