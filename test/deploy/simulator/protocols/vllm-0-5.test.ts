import { describe, expect, it } from 'vitest';
import { vllm05 } from '../../../../deploy/simulator/protocols/vllm-0-5.ts';
import {
  aGeneration,
  aGenerationRequest,
  aReplicaView,
  idleLoad,
  refusalOf,
} from '../../../support/simulator.ts';

describe('vLLM 0.5.5', () => {
  it('names a generation itself, whatever the client calls it', () => {
    const random = '0123456789abcdef0123456789abcdef';

    expect(vllm05.nameGeneration(aGenerationRequest({ shape: 'chat' }), 'mine', random)).toBe(
      `chat-${random}`,
    );
    expect(vllm05.nameGeneration(aGenerationRequest(), 'mine', random)).toBe(`cmpl-${random}`);
    expect(vllm05.headers(aGeneration())).toEqual({});
  });

  it('refuses an output that does not fit behind its prompt', () => {
    const fit = (outputTokensMax: number | undefined, promptTokens: number): number =>
      vllm05.fitOutput(aGenerationRequest({ outputTokensMax }), promptTokens, 8192);

    expect(fit(192, 8000)).toBe(192);
    expect(refusalOf(() => fit(193, 8000))).toEqual({
      kind: 'total-too-long',
      promptTokens: 8000,
      outputTokens: 193,
    });
    expect(fit(undefined, 8191)).toBe(1);
    expect(refusalOf(() => fit(undefined, 8192))).toMatchObject({ kind: 'prompt-too-long' });
  });

  it('is never full', () => {
    const load = (): typeof idleLoad => ({ ...idleLoad, waitingRequests: 1e6 });

    expect(vllm05.isFull(aReplicaView({ queuedRequestsMax: 1, load }))).toBe(false);
  });

  it('leaves its gauges alone for ten seconds when it has nothing to do', () => {
    expect(vllm05.gauges.metrics).toMatchObject({ everySteps: 1, ageMsMax: 10_000 });
  });

  it('has no routes but those of its time', () => {
    expect(Object.keys(vllm05.routes).sort()).toEqual([
      'GET /health',
      'GET /metrics',
      'GET /v1/models',
      'GET /version',
      'POST /detokenize',
      'POST /tokenize',
      'POST /v1/chat/completions',
      'POST /v1/completions',
    ]);
  });

  it('says nothing when its engine is dead', () => {
    expect(vllm05.failure({ message: 'm', code: 500 }, 'chat')).toEqual({
      status: 500,
      contentType: '',
      body: '',
    });
  });

  it('asks for usage on every chunk unless told otherwise', () => {
    expect(vllm05.rules.usageByDefault).toBe(true);
    expect(vllm05.rules.otherFields).toBe('refused');
  });
});
