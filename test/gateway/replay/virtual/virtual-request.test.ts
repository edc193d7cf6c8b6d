import { describe, expect, it } from 'vitest';
import {
  accepts,
  engineRequest,
  routingRequest,
} from '../../../../gateway/replay/virtual/virtual-request.ts';
import type { WorkloadRequest } from '../../../../gateway/replay/workload.ts';
import { exactOutlook } from '../../../../routing/output-lengths.ts';
import { presetNamed } from '../builders.ts';

const sglang = presetNamed('sglang-0.2.14-4xh100-tp4');
const vllm = presetNamed('vllm-current-8xh100-tp8');

function aRequest(fields: Partial<WorkloadRequest> = {}): WorkloadRequest {
  return {
    index: 7,
    arrivalMs: 0,
    promptTokens: 300,
    outputTokens: 20,
    prompt: { kind: 'words', segments: [{ content: 'a', tokens: 300 }] },
    ...fields,
  };
}

describe('a request on virtual time', () => {
  it('is taken up to the length of the context, and by vLLM with a token to make', () => {
    expect(accepts(sglang, aRequest({ promptTokens: 8172 }))).toBe(true);
    expect(accepts(sglang, aRequest({ promptTokens: 8173 }))).toBe(false);
    expect(accepts(sglang, aRequest({ outputTokens: 0 }))).toBe(true);
    expect(accepts(vllm, aRequest({ outputTokens: 0 }))).toBe(false);
  });

  it('comes to an engine by its blocks, where the engine has some', () => {
    expect(engineRequest(aRequest(), sglang).blockHashes).toEqual([]);
    expect(engineRequest(aRequest(), vllm).blockHashes).toHaveLength(Math.floor(300 / 16));
    expect(engineRequest(aRequest({ promptTokens: 0 }), vllm).promptTokens).toBe(1);
  });

  it('comes to the router with what it says of itself and what is expected of it', () => {
    const excluded = new Set(['replica-3']);
    const asked = aRequest({ tenant: 'acme', priority: 2, sessionKey: 'talk' });

    const terms = { model: 'llama', outlook: exactOutlook(55), excluded };
    expect(routingRequest(asked, terms)).toMatchObject({
      requestId: '7',
      tenant: 'acme',
      model: 'llama',
      promptTokens: 300,
      expectedOutputTokens: 55,
      blockTokens: 128,
      blockHashes: [expect.any(Number), expect.any(Number)],
      sessionKey: 'talk',
      priority: 2,
      excluded,
    });
  });

  it('is of nobody, of no session and of no priority unless it says so', () => {
    const terms = { model: 'llama', outlook: exactOutlook(1), excluded: new Set<string>() };
    const routing = routingRequest(aRequest(), terms);

    expect(routing).toMatchObject({ tenant: '', priority: 0, deadlineMs: Infinity });
    expect(routing.sessionKey).toBeUndefined();
  });
});
