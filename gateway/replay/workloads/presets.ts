import type { RandomWorkloadOptions } from './random.ts';

/** What a preset sets; flags of the command line win over it. */
export interface WorkloadPreset extends Partial<
  Pick<RandomWorkloadOptions, 'requests' | 'inputTokens' | 'outputTokens' | 'requestRate'>
> {
  readonly dataset?: 'random' | 'sharegpt';
}

/** The runs of SGLang's 0.2 blog (`benchmark/blog_v0_2/README.md` of its repository). */
export const workloadPresets: Readonly<Record<string, WorkloadPreset>> = {
  'offline-4096x2048': offline(1000, 4096, 2048),
  'offline-4096x1024': offline(2000, 4096, 1024),
  'offline-1024x1024': offline(4000, 1024, 1024),
  'offline-1024x512': offline(5000, 1024, 512),
  'offline-256x512': offline(6000, 256, 512),
  'offline-sharegpt': { dataset: 'sharegpt', requests: 3000, requestRate: Infinity },
  'online-rate-1': online(300, 1),
  'online-rate-2': online(600, 2),
  'online-rate-4': online(1200, 4),
  'online-rate-8': online(2400, 8),
  'online-rate-16': online(3200, 16),
};

function offline(requests: number, inputTokens: number, outputTokens: number): WorkloadPreset {
  return { requests, inputTokens, outputTokens, requestRate: Infinity };
}

function online(requests: number, requestRate: number): WorkloadPreset {
  return { requests, inputTokens: 1024, outputTokens: 1024, requestRate };
}
