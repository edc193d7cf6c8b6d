import { defaultShape } from './workload.ts';
import type { Workload } from './workload.ts';

/** Requests that are alike, sent at once. */
export interface BurstShape {
  readonly requests: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** What their prompts are made of. */
  readonly content: string;
}

/** A burst as a workload. */
export function burst({ requests, promptTokens, outputTokens, content }: BurstShape): Workload {
  return {
    dataset: 'random',
    requestRate: Infinity,
    shape: defaultShape,
    requests: Array.from({ length: requests }, (_, index) => ({
      index,
      arrivalMs: 0,
      promptTokens,
      outputTokens,
      prompt: {
        kind: 'words',
        segments: [{ content: `${content} ${index}`, tokens: promptTokens }],
      },
    })),
  };
}
