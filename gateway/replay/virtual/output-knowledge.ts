import { exactOutlook, OutputLengths } from '../../../routing/output-lengths.ts';
import type { OutputOutlook } from '../../../routing/output-lengths.ts';
import type { WorkloadRequest } from '../workload.ts';

/** What the gateway knows of how long answers will be. */
export interface OutputKnowledge {
  outlook(request: WorkloadRequest): OutputOutlook;
  /** An answer is whole. */
  learn(request: WorkloadRequest, outputTokens: number): void;
}

/** Requests ask for a number of tokens and get as many, as benchmarks do. */
export const toldOutput: OutputKnowledge = {
  outlook: ({ outputTokens }) => exactOutlook(outputTokens),
  learn: () => undefined,
};

/** Requests ask for `outputTokensMax` at most; how long answers are has to be learned. */
export function learnedOutput(outputTokensMax: number | undefined): OutputKnowledge {
  const lengths = new OutputLengths();
  const classOf = ({ tenant = '', promptTokens }: WorkloadRequest) => ({
    model: '',
    tenant,
    promptTokens,
    outputTokensMax,
  });
  return {
    outlook: (request) => lengths.outlook(classOf(request)),
    learn: (request, outputTokens) => lengths.learn(classOf(request), outputTokens),
  };
}
