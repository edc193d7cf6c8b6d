import { describe, expect, it } from 'vitest';
import { sglangCurrent } from '../../../../deploy/simulator/protocols/sglang-current.ts';
import {
  aGeneration,
  aGenerationRequest,
  aReplicaView,
  idleLoad,
  refusalOf,
} from '../../../support/simulator.ts';

describe('SGLang 0.5.23', () => {
  it('takes the client’s own name from the body', () => {
    const named = aGenerationRequest({ requestId: 'mine' });

    expect(sglangCurrent.nameGeneration(named, 'from-header', 'random')).toBe('mine');
    expect(sglangCurrent.nameGeneration(aGenerationRequest(), 'x', 'random')).toBe('random');
    expect(sglangCurrent.headers(aGeneration())).toEqual({});
  });

  it('shows the model that was asked for, or its own where none was', () => {
    expect(sglangCurrent.shownModel(aGenerationRequest({ model: 'x' }), 'served')).toBe('x');
    expect(sglangCurrent.shownModel(aGenerationRequest({ model: '' }), 'served')).toBe('served');
  });

  it('refuses an output that does not fit behind its prompt', () => {
    const fit = (outputTokensMax: number | undefined): number =>
      sglangCurrent.fitOutput(aGenerationRequest({ outputTokensMax }), 8000, 8192);

    expect(fit(192)).toBe(192);
    expect(fit(undefined)).toBe(192);
    expect(refusalOf(() => fit(193))).toEqual({
      kind: 'total-too-long',
      promptTokens: 8000,
      outputTokens: 193,
    });
  });

  it('runs a request for no token in chat and natively, not in completions', () => {
    expect(sglangCurrent.fitOutput(aGenerationRequest({ outputTokensMax: 0 }), 10, 8192)).toBe(0);
    expect([...sglangCurrent.rules.zeroOutputShapes].sort()).toEqual(['chat', 'generate']);
  });

  it('does not stream the ids of a chat', () => {
    const fit = (facts: Parameters<typeof aGenerationRequest>[0]): number =>
      sglangCurrent.fitOutput(aGenerationRequest({ returnTokenIds: true, ...facts }), 10, 8192);

    expect(refusalOf(() => fit({ shape: 'chat' }))).toEqual({ kind: 'ids-not-streamed' });
    expect(fit({ shape: 'chat', stream: false })).toBe(4);
    expect(fit({ shape: 'completions' })).toBe(4);
  });

  it('is full when the waiting requests alone reach the limit', () => {
    const full = (runningRequests: number, waitingRequests: number): boolean =>
      sglangCurrent.isFull(
        aReplicaView({
          queuedRequestsMax: 3,
          load: () => ({ ...idleLoad, runningRequests, waitingRequests }),
        }),
      );

    expect(full(100, 2)).toBe(false);
    expect(full(0, 3)).toBe(true);
    expect(sglangCurrent.isFull(aReplicaView())).toBe(false);
  });

  it('sends its head with the first event', () => {
    expect(sglangCurrent.headBeforeTokens).toBe(false);
  });

  it('writes its metrics at each 40th step and its loads at each 15th, and both at a prefill', () => {
    expect(sglangCurrent.gauges).toEqual({
      metrics: { everySteps: 40, onPrefill: true, ageMsMax: Infinity },
      loads: { everySteps: 15, onPrefill: true, ageMsMax: Infinity },
    });
  });

  it('has neither a version nor the old load report', () => {
    const routes = Object.keys(sglangCurrent.routes);

    expect(routes).not.toContain('GET /version');
    expect(routes).not.toContain('GET /get_load');
    expect(routes).toContain('GET /v1/loads');
    expect(routes).toContain('GET /get_server_info');
  });
});
