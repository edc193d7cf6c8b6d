import type { SimulatedRequest } from '../../../deploy/simulator/engine.ts';
import type { Preset } from '../../../deploy/simulator/presets.ts';
import type { OutputOutlook } from '../../../routing/output-lengths.ts';
import type { RoutingRequest } from '../../../routing/request.ts';
import type { WorkloadRequest } from '../workload.ts';
import { promptBlockHashes } from './prompt-blocks.ts';

/** Tokens of prompt in one block as the gateway hashes them: 512 bytes of text. */
const ROUTING_BLOCK_TOKENS = 128;

/** Least `max_tokens` that an engine takes: vLLM refuses 0, SGLang runs the prefill for it. */
const outputTokensMin: Readonly<Record<Preset['engine'], number>> = { sglang: 0, vllm: 1 };

/** Whether an engine takes the request at all. */
export function accepts(preset: Preset, { promptTokens, outputTokens }: WorkloadRequest): boolean {
  if (outputTokens < outputTokensMin[preset.engine]) return false;
  return Math.max(1, promptTokens) + outputTokens <= preset.contextTokensMax;
}

/** A request as its engine gets it. */
export function engineRequest(request: WorkloadRequest, preset: Preset): SimulatedRequest {
  return {
    promptTokens: Math.max(1, request.promptTokens),
    outputTokens: request.outputTokens,
    // A cache of single tokens has no blocks to share.
    blockHashes:
      preset.kvBlockTokens === 1 ? [] : promptBlockHashes(request.prompt, preset.kvBlockTokens),
  };
}

/** A request as the router gets it. Who failed it is added to `excluded`. */
export function routingRequest(
  request: WorkloadRequest,
  { model, outlook, excluded }: RoutingTerms,
): RoutingRequest {
  const { index, promptTokens, tenant = '', priority = 0, sessionKey } = request;
  return {
    requestId: String(index),
    tenant,
    model,
    promptTokens,
    expectedOutputTokens: outlook.expectedTokens(0),
    outlook,
    blockHashes: promptBlockHashes(request.prompt, ROUTING_BLOCK_TOKENS),
    blockTokens: ROUTING_BLOCK_TOKENS,
    ...(sessionKey === undefined ? {} : { sessionKey }),
    priority,
    deadlineMs: Infinity,
    excluded,
  };
}

/** What a request is routed with beside what it says itself. */
export interface RoutingTerms {
  readonly model: string;
  readonly outlook: OutputOutlook;
  readonly excluded: ReadonlySet<string>;
}
