import { describe, expect, it } from 'vitest';
import { sglang02 } from '../../../../deploy/simulator/protocols/sglang-0-2.ts';
import { aGenerationRequest, aReplicaView } from '../../../support/simulator.ts';

describe('SGLang 0.2.14', () => {
  it('takes the client’s own name from the body', () => {
    const named = aGenerationRequest({ requestId: 'mine' });

    expect(sglang02.nameGeneration(named, 'from-header', 'random')).toBe('mine');
    expect(sglang02.nameGeneration(aGenerationRequest(), 'from-header', 'random')).toBe('random');
  });

  it('shows the model that was asked for, whatever it is', () => {
    expect(sglang02.shownModel(aGenerationRequest({ model: 'x' }), 'served')).toBe('x');
    expect(sglang02.rules.checksModel).toBe(false);
  });

  it('cuts an output that does not fit, two tokens before the end of the context', () => {
    const fit = (outputTokensMax: number | undefined, promptTokens: number): number =>
      sglang02.fitOutput(aGenerationRequest({ outputTokensMax }), promptTokens, 8192);

    expect(fit(190, 8000)).toBe(190);
    expect(fit(191, 8000)).toBe(190);
    expect(fit(undefined, 8000)).toBe(190);
    expect(fit(10, 8191)).toBe(1);
  });

  it('makes one token for a request that wants none', () => {
    expect(sglang02.fitOutput(aGenerationRequest({ outputTokensMax: 0 }), 10, 8192)).toBe(1);
    expect([...sglang02.rules.zeroOutputShapes].sort()).toEqual([
      'chat',
      'completions',
      'generate',
    ]);
  });

  it('is never full', () => {
    expect(sglang02.isFull(aReplicaView({ queuedRequestsMax: 0 }))).toBe(false);
  });

  it('guards everything but its health', () => {
    expect(sglang02.guards('/health')).toBe(false);
    expect(sglang02.guards('/health_generate')).toBe(false);
    expect(sglang02.guards('/get_model_info')).toBe(true);
    expect(sglang02.guards('/v1/completions')).toBe(true);
  });

  it('has neither metrics nor loads nor an abort', () => {
    const routes = Object.keys(sglang02.routes);

    expect(routes.filter((route) => /metrics|loads|abort|tokenize|version/.test(route))).toEqual(
      [],
    );
    expect(routes).toContain('GET /get_server_args');
    expect(routes).toContain('PUT /generate');
  });

  it('fails in plain text', () => {
    expect(sglang02.failure({ message: 'm', code: 500 }, 'chat').body).toBe(
      'Internal Server Error',
    );
  });
});
